// Ticks of the owed list: all at once, and how many there are.
"use strict";

const form = document.getElementById("owed");
const all = form?.querySelector("[data-all]");
const told = form?.querySelector("[data-ticked]");
const boxes = form ? [...form.querySelectorAll('input[name="obligation"]')] : [];

function count() {
  const ticked = boxes.filter((one) => one.checked).length;
  if (told) told.textContent = ticked ? told.dataset.words.replace("%n", String(ticked)) : "";
  if (all) { all.checked = ticked > 0 && ticked === boxes.length; all.indeterminate = ticked > 0 && ticked < boxes.length; }
}

all?.addEventListener("change", () => { for (const one of boxes) one.checked = all.checked; count(); });
form?.addEventListener("change", count);
if (form) count();
