// What the parts of the page share: elements, the data that payload.py packed, words.
"use strict";

const NOTHING = 0xffffffff;
const OFFSET = 0x8000;

const make = (name, fields = {}, ...inner) => {
  const made = Object.assign(document.createElement(name), fields);
  made.append(...inner);
  return made;
};

async function unpack(key) {
  const holder = document.getElementById(`data-${key}`);
  if (!holder) return null;
  const text = atob(holder.textContent);
  holder.remove();
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function columns(key) {
  const bytes = await unpack(key);
  if (!bytes) return null;
  const end = bytes.indexOf(10);
  const data = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  let at = end + 1;
  for (const [name, width] of data.layout) {
    const values = new Uint32Array(data.count);
    for (let plane = 0; plane < width; plane++, at += data.count) {
      for (let i = 0; i < data.count; i++) values[i] |= bytes[at + i] << (8 * plane);
    }
    data[name] = values;
  }
  return data;
}

function took(seconds) {
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const two = (number) => String(number).padStart(2, "0");
  const whole = Math.floor(seconds);
  const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (days) return `${days}d${two(hours)}h`;
  return hours ? `${hours}h${two(minutes)}m` : `${minutes}m${two(whole % 60)}`;
}

const known = (value, times, words) => (value === NOTHING ? "–" : words(value / times));
const memory = (mib) => (mib < 1024 ? `${mib.toFixed(0)} MiB` : `${(mib / 1024).toPrecision(3)} GiB`);
// Controls, and marks that show a text in another order than it has, as fargo.view.text.safe does it.
const visible = (text) => text.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (sign) => {
  const code = sign.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
});
const number = (value) => value.toLocaleString("en-US");
