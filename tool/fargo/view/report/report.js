// What a report shows besides its tables and charts: a closer look at the timeline, and the table of all rows.
// Everything is there without it but these two. Texts of rows reach the page by `textContent` alone.
"use strict";

(() => {
  const NOTHING = 0xffffffff;
  const OFFSET = 0x8000;
  const LINE = 28; // pixels of a row in the table: 1.75rem

  const make = (name, fields = {}, ...inner) => {
    const made = Object.assign(document.createElement(name), fields);
    made.append(...inner);
    return made;
  };

  // ---------------------------------------------------------------- data, as payload.py packs it

  async function unpack(key) {
    const holder = document.getElementById(`data-${key}`);
    if (!holder) return null;
    const packed = Uint8Array.from(atob(holder.textContent), (letter) => letter.charCodeAt(0));
    holder.remove();
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

  // ---------------------------------------------------------------- words

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
  const number = (value) => value.toLocaleString("en-US");

  // ---------------------------------------------------------------- the timeline

  class Timeline {
    constructor(data, figure) {
      this.data = data;
      this.shapes = figure.querySelector(".strip .shapes");
      this.svg = this.shapes.querySelector("svg");
      this.axis = figure.querySelector(".strip .axis");
      this.above = figure.querySelector(".concurrency svg");
      this.rules = [...figure.querySelectorAll(".concurrency .rule")].map((rule) => [rule, parseFloat(rule.style.left) / 100]);
      this.marks = this.axis.innerHTML;
      this.canvas = make("canvas", { tabIndex: 0 });
      this.canvas.setAttribute("role", "application");
      this.canvas.setAttribute("aria-label", `${this.svg.getAttribute("aria-label")}. Arrows move, plus and minus zoom, Escape shows all.`);
      this.canvas.setAttribute("aria-describedby", "strip-said");
      this.tip = make("div", { className: "tip", hidden: true });
      this.brush = make("div", { className: "brush", hidden: true });
      this.whole = make("button", { className: "whole", hidden: true, type: "button" }, "Whole run");
      this.svg.style.visibility = "hidden";
      this.shapes.append(this.canvas, this.brush, this.tip, this.whole);
      figure.querySelector(".hint").hidden = false;
      figure.querySelector("#strip-lines").textContent = "Each line is a container";
      this.listen();
      this.show(0, data.span);
    }

    listen() {
      const canvas = this.canvas;
      canvas.addEventListener("pointerdown", (event) => this.press(event));
      canvas.addEventListener("pointermove", (event) => this.point(event));
      canvas.addEventListener("pointerup", (event) => this.release(event));
      canvas.addEventListener("pointerleave", () => (this.tip.hidden = true));
      canvas.addEventListener("keydown", (event) => this.key(event));
      this.whole.addEventListener("click", () => this.show(0, this.data.span));
      new ResizeObserver(() => this.draw()).observe(this.shapes);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
      addEventListener("beforeprint", () => this.draw());
    }

    // Show a stretch of time, and in it the containers that lived then.
    show(from, to) {
      const span = this.data.span;
      const width = Math.min(Math.max(to - from, 20), span);
      this.from = Math.min(Math.max(from, 0), span - width);
      this.to = this.from + width;
      const whole = width >= span;
      this.whole.hidden = whole;
      this.seen = [];
      const { count, created, started } = this.data;
      for (let i = 0; i < count; i++) {
        const begin = created[i] === NOTHING ? started[i] : created[i];
        if (begin <= this.to && this.end(i) >= this.from) this.seen.push(i);
      }
      this.above.setAttribute("viewBox", `${(this.from / span) * 1000} 0 ${(width / span) * 1000} 100`);
      for (const [rule, at] of this.rules) {
        const place = (at * span - this.from) / width;
        rule.style.left = `${place * 100}%`;
        rule.hidden = place < 0 || place > 1;
      }
      if (whole) this.axis.innerHTML = this.marks;
      else this.mark();
      this.draw();
    }

    mark() {
      const spans = [];
      for (let part = 0; part <= 4; part++) {
        const label = make("span", {}, `+${took(this.real(this.from + ((this.to - this.from) * part) / 4) / 10)}`);
        label.style.left = `${part * 25}%`;
        label.className = part === 0 ? "first" : part === 4 ? "last" : "";
        spans.push(label);
      }
      this.axis.replaceChildren(...spans);
    }

    // The time since the beginning, with what the axis leaves out.
    real(at) {
      return this.data.gaps.reduce((sum, [place, length]) => sum + (at > place ? length : 0), at);
    }

    end(i) {
      return this.data.stopped[i] === NOTHING ? this.data.now : this.data.stopped[i];
    }

    draw() {
      const box = this.shapes.getBoundingClientRect();
      const dense = window.devicePixelRatio || 1;
      const [width, height] = [Math.round(box.width * dense), Math.round(box.height * dense)];
      if (!width || !height) return;
      Object.assign(this.canvas, { width, height });
      const style = getComputedStyle(document.documentElement);
      const brush = this.canvas.getContext("2d");
      const { created, starting, started, state, states } = this.data;
      const failed = states.indexOf("failed");
      const each = height / Math.max(this.seen.length, 1);
      const thick = Math.max(Math.round(each > 4 ? each * 0.86 : each), 1);
      const x = (at) => ((at - this.from) / (this.to - this.from)) * width;
      const fill = (name, wanted) => {
        brush.fillStyle = style.getPropertyValue(`--${name}`);
        for (let line = 0; line < this.seen.length; line++) {
          const stretch = wanted(this.seen[line]);
          if (!stretch) continue;
          const left = Math.max(x(stretch[0]), 0);
          const right = Math.min(x(stretch[1]), width);
          if (right >= 0 && left <= width) brush.fillRect(left, Math.floor(line * each), Math.max(right - left, dense), thick);
        }
      };
      const first = (...moments) => moments.find((at) => at !== NOTHING);
      fill("wait", (i) => created[i] !== NOTHING && [created[i], first(starting[i], started[i], this.end(i))]);
      fill("start", (i) => starting[i] !== NOTHING && [starting[i], first(started[i], this.end(i))]);
      fill("run", (i) => state[i] !== failed && started[i] !== NOTHING && [started[i], this.end(i)]);
      fill("fail", (i) => state[i] === failed && [first(started[i], this.end(i)), this.end(i)]);
    }

    at(event) {
      const box = this.canvas.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, box];
    }

    time(part) {
      return this.from + Math.min(Math.max(part, 0), 1) * (this.to - this.from);
    }

    press(event) {
      this.held = this.at(event)[0];
      this.canvas.setPointerCapture(event.pointerId);
    }

    point(event) {
      const [across, down, box] = this.at(event);
      if (this.held !== undefined) {
        const [left, right] = [Math.min(this.held, across), Math.max(this.held, across)];
        Object.assign(this.brush.style, { left: `${left * 100}%`, width: `${(right - left) * 100}%` });
        this.brush.hidden = false;
        this.tip.hidden = true;
        return;
      }
      const i = this.seen[Math.floor(down * this.seen.length)];
      this.tip.hidden = i === undefined;
      if (i === undefined) return;
      this.tip.textContent = this.words(i);
      const side = across > 0.6 ? { right: `${(1 - across) * box.width + 14}px`, left: "auto" } : { left: `${across * box.width + 14}px`, right: "auto" };
      Object.assign(this.tip.style, side, { top: `${down * box.height + 10}px` });
    }

    release(event) {
      const [held, now] = [this.held, this.at(event)[0]];
      this.held = undefined;
      this.brush.hidden = true;
      if (held !== undefined && Math.abs(now - held) > 0.01) this.show(this.time(Math.min(held, now)), this.time(Math.max(held, now)));
    }

    key(event) {
      const width = this.to - this.from;
      const moves = {
        ArrowLeft: () => this.show(this.from - width / 4, this.to - width / 4),
        ArrowRight: () => this.show(this.from + width / 4, this.to + width / 4),
        "+": () => this.show(this.from + width / 4, this.to - width / 4),
        "=": () => this.show(this.from + width / 4, this.to - width / 4),
        "-": () => this.show(this.from - width / 2, this.to + width / 2),
        Escape: () => this.show(0, this.data.span),
      };
      if (!moves[event.key] || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      moves[event.key]();
    }

    words(i) {
      const { wave, position, created, starting, started, stopped, state, states, code, attempts } = this.data;
      const told = [`Container ${number(position[i])} of wave ${wave[i]}: ${states[state[i]]}`];
      const stretch = (name, from, to) => from !== NOTHING && to !== NOTHING && to >= from && told.push(`${name} ${took((to - from) / 10)}`);
      stretch("waited", created[i], starting[i] !== NOTHING ? starting[i] : started[i]);
      stretch("started in", starting[i], started[i]);
      stretch(stopped[i] === NOTHING ? "has run" : "ran", started[i], this.end(i));
      if (code[i]) told.push(`exit ${code[i] - OFFSET}`);
      if (attempts[i] > 1) told.push(`${attempts[i]} attempts`);
      return told.join("\n");
    }
  }

  // ---------------------------------------------------------------- the table of all rows

  class Rows {
    constructor(data, texts, holder) {
      this.data = data;
      this.texts = texts;
      this.cache = new Map();
      this.columns = [
        { name: "Row", value: (i) => i, text: (i) => number(i), numeric: true },
        { name: "State", value: (i) => data.state[i], text: (i) => data.states[data.state[i]] },
        { name: "Took", value: (i) => data.seconds[i], text: (i) => known(data.seconds[i], 100, took), numeric: true },
        { name: "Peak memory", value: (i) => data.peak[i], text: (i) => known(data.peak[i], 10, memory), numeric: true },
        { name: "CPU time", value: (i) => data.cpu[i], text: (i) => known(data.cpu[i], 100, took), numeric: true },
        { name: "Exit", value: (i) => data.code[i], text: (i) => (data.code[i] === OFFSET - 1 ? "–" : String(data.code[i] - OFFSET)), numeric: true },
        ...data.columns.map((name, place) => ({ name, value: (i) => this.own(i)[place] ?? "", text: (i) => this.own(i)[place] ?? "" })),
      ];
      this.build(holder);
      this.find();
    }

    own(i) {
      if (i >= this.data.texted) return [];
      if (!this.cache.has(i)) {
        if (this.cache.size > 5000) this.cache.clear();
        this.cache.set(i, JSON.parse(this.texts[i]));
      }
      return this.cache.get(i);
    }

    build(holder) {
      const states = make("select", { ariaLabel: "State" }, make("option", { value: "" }, "every state"));
      this.data.states.forEach((state, place) => states.append(make("option", { value: String(place) }, state)));
      const words = make("input", { type: "search", placeholder: this.texts.length ? "Find in the rows’ columns, or a row’s number" : "A row’s number", ariaLabel: "Find rows" });
      this.said = make("output");
      this.body = make("tbody");
      this.heads = this.columns.map((column, place) => {
        const button = make("button", { type: "button" }, column.name);
        button.addEventListener("click", () => this.sort(place));
        return make("th", { scope: "col", className: column.numeric ? "num" : "" }, button);
      });
      const table = make("table", { ariaLabel: "All rows" }, make("thead", {}, make("tr", {}, ...this.heads)), this.body);
      this.window = make("div", { className: "window", tabIndex: 0 }, table);
      holder.append(make("div", { className: "finder" }, words, states, this.said), this.window);
      this.window.addEventListener("scroll", () => this.fill());
      words.addEventListener("input", () => this.find(words.value.trim().toLowerCase(), states.value));
      states.addEventListener("change", () => this.find(words.value.trim().toLowerCase(), states.value));
    }

    find(words = "", state = "") {
      const { count, texted } = this.data;
      this.lower ??= this.texts.length && words ? this.texts.map((line) => JSON.parse(line).join("\n").toLowerCase()) : undefined;
      this.found = [];
      for (let i = 0; i < count; i++) {
        if (state !== "" && this.data.state[i] !== Number(state)) continue;
        if (words && String(i) !== words && !(i < texted && this.lower[i].includes(words))) continue;
        this.found.push(i);
      }
      this.order();
    }

    sort(place) {
      this.down = this.by === place ? !this.down : false;
      this.by = place;
      this.order();
    }

    order() {
      if (this.by !== undefined) {
        const { value } = this.columns[this.by];
        const keys = new Map(this.found.map((i) => [i, value(i)]));
        const turn = this.down ? -1 : 1;
        const compare = (one, other) => (typeof one === "number" ? one - other : one.localeCompare(other, "en", { numeric: true }));
        // What nobody measured stands last, whichever way.
        const last = (i) => Number(keys.get(i) === NOTHING);
        this.found.sort((one, other) => last(one) - last(other) || turn * compare(keys.get(one), keys.get(other)) || one - other);
      }
      this.heads.forEach((head, place) => {
        if (place === this.by) head.setAttribute("aria-sort", this.down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
        head.firstChild.textContent = this.columns[place].name + (place === this.by ? (this.down ? " ↓" : " ↑") : "");
      });
      this.said.value = `${number(this.found.length)} of ${number(this.data.rows)} rows`;
      this.window.scrollTop = 0;
      this.drawn = undefined;
      this.fill();
    }

    // Only the rows that can be seen are in the page; empty ones above and below keep the place of all others.
    fill() {
      const first = Math.max(Math.floor(this.window.scrollTop / LINE) - 20, 0);
      const chunk = first - (first % 20);
      if (chunk === this.drawn) return;
      this.drawn = chunk;
      const after = Math.min(chunk + 80, this.found.length);
      const pad = (lines) => make("tr", { className: "pad", ariaHidden: "true" }, Object.assign(make("td", { colSpan: this.columns.length }), { style: `height:${lines * LINE}px` }));
      const rows = this.found.slice(chunk, after).map((i) => {
        const cells = this.columns.map((column) => make("td", { className: column.numeric ? "num" : "", title: column.numeric ? "" : column.text(i), textContent: column.text(i) }));
        if (this.data.states[this.data.state[i]] === "failed") cells[1].classList.add("bad");
        return make("tr", {}, ...cells);
      });
      this.body.replaceChildren(pad(chunk), ...rows, pad(this.found.length - after));
    }
  }

  async function start() {
    const figure = document.querySelector("figure.timeline");
    const lanes = await columns("lanes");
    if (lanes && figure) new Timeline(lanes, figure);
    const holder = document.getElementById("all-rows");
    const rows = await columns("rows");
    if (!rows || !holder) return;
    const texts = rows.texted ? new TextDecoder().decode(await unpack("texts")).split("\n", rows.texted) : [];
    new Rows(rows, texts, holder);
    document.documentElement.dataset.ready = "yes";
  }

  start();
})();
