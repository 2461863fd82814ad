// Begins what the page shows by script; without it all else is there.
"use strict";

async function start() {
  const figure = document.querySelector("figure.timeline");
  const lanes = await columns("lanes");
  if (lanes && figure) new Timeline(lanes, figure);
  const holder = document.getElementById("all-rows");
  const rows = await columns("rows");
  if (!rows || !holder) return;
  const texts = rows.texted ? new TextDecoder().decode(await unpack("texts")).split("\n", rows.texted) : [];
  new Rows(rows, texts, holder);
}

start();
