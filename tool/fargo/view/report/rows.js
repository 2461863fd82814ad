// The table of all rows, sorted and searched. Texts reach the page by `textContent` alone. Uses report.js.
"use strict";

const LINE = 28; // pixels of a row in the table: 1.75rem

// Text in the order of its letters, with the numbers in it by their size; to compare by a collator takes seconds.
const rank = (value) => (typeof value === "number" ? value : value.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(16, "0")));

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
      ...data.columns.map((name, place) => ({ name: visible(name), value: (i) => this.own(i)[place] ?? "", text: (i) => visible(this.own(i)[place] ?? "") })),
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
    const table = make("table", { ariaLabel: "All rows", className: this.data.columns.length ? "" : "narrow" }, make("thead", {}, make("tr", {}, ...this.heads)), this.body);
    this.window = make("div", { className: "window", tabIndex: 0, role: "region", ariaLabel: "All rows" }, table);
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
      const keys = new Array(this.data.count);
      for (const i of this.found) keys[i] = rank(value(i));
      const turn = this.down ? -1 : 1;
      const compare = (one, other) => (one < other ? -turn : one > other ? turn : 0);
      // What nobody measured stands last, whichever way.
      const last = (i) => Number(keys[i] === NOTHING);
      this.found.sort((one, other) => last(one) - last(other) || compare(keys[one], keys[other]) || one - other);
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
      if (["failed", "unreadable"].includes(this.data.states[this.data.state[i]])) cells[1].classList.add("bad");
      return make("tr", {}, ...cells);
    });
    this.body.replaceChildren(pad(chunk), ...rows, pad(this.found.length - after));
  }
}
