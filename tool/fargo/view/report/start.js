// Begins what the page shows by script; without it all else is there.
"use strict";

// What is wider than its place is a stop of the keyboard, by the name of what it holds or follows.
const scrolling = new ResizeObserver((seen) => {
  for (const { target } of seen) {
    const wide = target.scrollWidth > target.clientWidth;
    const name = target.querySelector("caption") ?? target.previousElementSibling;
    Object.assign(target, { tabIndex: wide ? 0 : -1, role: wide ? "region" : null, ariaLabel: wide ? name?.textContent : null });
  }
});

async function start() {
  for (const each of document.querySelectorAll(".scroll, pre")) scrolling.observe(each);

  const figure = document.querySelector("figure.timeline");
  const lanes = await columns("lanes");
  try {
    if (lanes && figure) new Timeline(lanes, figure);
  } catch (error) {
    console.error(error); // the drawing without a script stays, and the table comes all the same
  }
  const holder = document.getElementById("all-rows");
  if (!holder) return;
  // The table is made when the reader comes near it: of a large run it is most of the work.
  const near = new IntersectionObserver(
    (seen) => {
      if (!seen.some((each) => each.isIntersecting)) return;
      near.disconnect();
      table(holder);
    },
    { rootMargin: "1000px" },
  );
  near.observe(holder);
}

async function table(holder) {
  const rows = await columns("rows");
  if (!rows) return;
  const texts = rows.texted ? new TextDecoder().decode(await unpack("texts")).split("\n", rows.texted) : [];
  new Rows(rows, texts, holder);
}

start();
