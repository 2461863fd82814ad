// A closer look at the timeline: every container, zoomed and pointed at. Uses report.js.
"use strict";

const MARK = 6; // pixels, where one of those that a line stands for failed

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
    this.shapes.append(this.canvas, this.brush, this.tip, this.whole);
    figure.querySelector(".hint").hidden = false;
    this.said = figure.querySelector("#strip-lines");
    this.show(0, data.span);
    this.listen();
  }

  listen() {
    const canvas = this.canvas;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointerleave", () => (this.tip.hidden = true));
    canvas.addEventListener("keydown", (event) => this.key(event));
    this.whole.addEventListener("click", () => this.show(0, this.data.span));
    new ResizeObserver(() => this.draw()).observe(this.shapes); // tells the first size, too
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
    this.above?.setAttribute("viewBox", `${(this.from / span) * 1000} 0 ${(width / span) * 1000} 100`);
    for (const [rule, at] of this.rules) {
      const place = (at * span - this.from) / width;
      rule.style.left = `${place * 100}%`;
      rule.hidden = place < 0 || place > 1;
    }
    if (whole) this.axis.innerHTML = this.marks;
    else this.mark();
    if (this.drawn) this.draw();
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
    const { created, starting, started } = this.data;
    const lines = this.lines(height);
    const each = height / Math.max(lines.length, 1);
    const thick = Math.max(Math.round(each > 4 ? each * 0.86 : each), 1);
    const x = (at) => ((at - this.from) / (this.to - this.from)) * width;
    const some = Math.ceil(this.seen.length / Math.max(lines.length, 1));
    this.said.textContent =
      some > 1 ? `Each line stands for ${number(some)} containers (red for the share that failed, marked on the left)` : "Each line is a container";
    this.drawn = true;
    this.svg.style.visibility = "hidden";
    const fill = (name, wanted, faint = () => 1) => {
      const colour = style.getPropertyValue(`--${name}`);
      brush.fillStyle = name === "wait" ? this.striped(brush, style, dense) : colour;
      lines.forEach((line, place) => {
        const stretch = wanted(line.good ?? line.bad, line);
        if (!stretch) return;
        const left = Math.max(x(stretch[0]), 0);
        const right = Math.min(x(stretch[1]), width);
        if (right < 0 || left > width) return;
        brush.globalAlpha = faint(line);
        brush.fillRect(left, Math.floor(place * each), Math.max(right - left, dense), thick);
      });
      brush.globalAlpha = 1;
    };
    const first = (...moments) => moments.find((at) => at !== NOTHING);
    fill("wait", (i) => created[i] !== NOTHING && [created[i], first(starting[i], started[i], this.end(i))]);
    fill("start", (i) => starting[i] !== NOTHING && [starting[i], first(started[i], this.end(i))]);
    fill("run", (i, { good }) => good !== undefined && started[i] !== NOTHING && [started[i], this.end(i)]);
    fill("fail", (i, { bad }) => bad !== undefined && [first(started[bad], this.end(bad)), this.end(bad)], ({ share }) => share);
    const mark = [this.from, this.from + ((MARK * dense) / width) * (this.to - this.from)];
    fill("fail", (i, { good, bad }) => good !== undefined && bad !== undefined && mark);
  }

  striped(brush, style, dense) {
    const tile = make("canvas", { width: Math.round(4 * dense), height: 1 });
    const stripe = tile.getContext("2d");
    for (const [name, width] of [["line", tile.width], ["wait", Math.round(dense)]]) {
      stripe.fillStyle = style.getPropertyValue(`--${name}`);
      stripe.fillRect(0, 0, width, 1);
    }
    return brush.createPattern(tile, "repeat");
  }

  // A container each; of those that share a pixel one that did not fail, one that did, and the share of those.
  lines(height) {
    const { state, states } = this.data;
    const failed = states.indexOf("failed");
    const count = Math.min(this.seen.length, height);
    const made = [];
    for (let line = 0; line < count; line++) {
      const all = this.seen.slice(Math.floor((line * this.seen.length) / count), Math.floor(((line + 1) * this.seen.length) / count));
      const bad = all.filter((i) => state[i] === failed);
      const good = bad.length ? all.filter((i) => state[i] !== failed) : all;
      made.push({ good: good[good.length >> 1], bad: bad[bad.length >> 1], share: bad.length / all.length });
    }
    return made;
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
