// A long Gantt chart on paper: cut into pages between two rows, each under its own months, weeks and marks.
"use strict";

const HEAD = 54;
const ROW = 26;
const ROWS = 26;
const MARGIN = 6;
const SVG = "http://www.w3.org/2000/svg";

function made(name, attributes, ...inner) {
  const found = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, String(value));
  found.append(...inner);
  return found;
}

const topOf = (row) => Number(row.querySelector(".label").getAttribute("y")) - ROW / 2;

function pageOf(chart, first, width, height) {
  const last = Math.min(first + ROWS * ROW, height);
  const shared = [...chart.children].filter((one) => one.matches("path, text:not(.axis text)"));
  const rows = [...chart.querySelectorAll(".bar, .lane")].filter((one) => topOf(one) > first && topOf(one) < last);
  const window = { y: HEAD, width, height: last - first, viewBox: `0 ${first} ${width} ${last - first}` };
  const body = made("svg", window, ...shared.map((one) => one.cloneNode(true)), ...rows.map((one) => one.cloneNode(true)));
  const page = made("svg", { class: "gantt page", viewBox: `0 0 ${width} ${HEAD + last - first}` }, body, chart.querySelector(".axis").cloneNode(true));
  return page;
}

addEventListener("beforeprint", () => {
  for (const chart of document.querySelectorAll(".gantt:not(.page)")) {
    const [, , width, height] = chart.getAttribute("viewBox").split(" ").map(Number);
    if (height <= HEAD + ROWS * ROW + MARGIN) continue;
    const pages = [];
    for (let first = HEAD; first < height - MARGIN; first += ROWS * ROW) pages.push(pageOf(chart, first, width, height));
    chart.classList.add("is-cut");
    chart.after(...pages);
  }
});

addEventListener("afterprint", () => {
  for (const page of document.querySelectorAll(".gantt.page")) page.remove();
  for (const chart of document.querySelectorAll(".gantt.is-cut")) chart.classList.remove("is-cut");
});
