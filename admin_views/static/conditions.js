// The conditions of a time limit: only what its target is told apart by can be chosen, and of that the fitting values.
"use strict";

const { one, all } = globalThis.gongzheng;
const sheet = one("[data-inline=match]");
const cases = JSON.parse(one("[data-cases]")?.dataset.cases ?? "{}");
const target = document.getElementById("target");

function isOpen(name) {
  const known = cases[target?.value];
  return !known || !name || name in known;
}

function fits(chosen, value) {
  const [name, rest] = value.split(/=(.*)/s);
  if (!value) return true;
  const known = cases[target?.value];
  return (!chosen || chosen === name) && (!known || (name in known && (!known[name].length || known[name].includes(rest))));
}

function narrow(row) {
  const [name, value] = all("select", row);
  if (!value) return;
  for (const option of name.options) option.hidden = !isOpen(option.value) && !option.selected;
  for (const option of value.options) option.hidden = !fits(name.value, option.value) && !option.selected;
  for (const group of all("optgroup", value)) group.hidden = [...group.children].every((option) => option.hidden);
}

function follow(row, changed) {
  const [name, value] = all("select", row);
  if (changed === value && value.value) name.value = value.value.split("=")[0];
  if (changed === name && value.value && name.value !== value.value.split("=")[0]) value.value = "";
  narrow(row);
}

for (const row of all("tbody tr", sheet)) narrow(row);
sheet?.addEventListener("change", (event) => { const row = event.target.closest("tbody tr"); if (row) follow(row, event.target); });
sheet?.addEventListener("focusin", (event) => { const row = event.target.closest("tbody tr"); if (row) narrow(row); });
target?.addEventListener("change", () => { for (const row of all("tbody tr", sheet)) narrow(row); });

// A level at the deadline itself has no distance.
const ladder = one("[data-inline=ladder]");
function distance(row) {
  const when = one("select[name$=-when]", row);
  for (const control of all(":is([name$=-amount], [name$=-span])", row)) control.disabled = when.value === "at";
}
for (const row of all("tbody tr", ladder)) distance(row);
ladder?.addEventListener("change", (event) => { const row = event.target.closest("tbody tr"); if (row) distance(row); });
