// The lines of a form as a sheet: Enter, Tab and arrows go from cell to cell, rows come straight out of a spreadsheet.
"use strict";

const { one, all, make, words, addRow, pickers } = globalThis.gongzheng;
const MOST = 200;
const CONTROLS = "input:not([type=hidden], [type=checkbox], .ts-control *), select, textarea";

function cells(row) {
  return all("td", row).map((cell) => one(CONTROLS, cell)).filter(Boolean);
}

function place(element) {
  const row = element.closest("[data-inline] tbody tr");
  const cell = element.closest("td");
  const at = row && cell ? cells(row).findIndex((control) => cell.contains(control)) : -1;
  return at < 0 ? null : { row, at, inline: row.closest("[data-inline]") };
}

function focus(row, at) {
  const control = cells(row)[at];
  if (!control) return false;
  (control.tomselect ?? control).focus();
  if (control.matches("input") && control.type !== "date") control.select();
  return true;
}

function isBlank(row) {
  return cells(row).every((control) => control.matches("select:not([data-picker])") || !control.value);
}

function freshRow(inline) {
  const rows = all("tbody tr", inline);
  if (rows.length >= MOST) return null;
  return addRow(inline);
}

// ---- keys

function below(spot, by) {
  const next = by > 0 ? spot.row.nextElementSibling : spot.row.previousElementSibling;
  const row = next ?? (by > 0 && !isBlank(spot.row) && one("[data-add]", spot.inline) ? freshRow(spot.inline) : null);
  return row ? focus(row, spot.at) : false;
}

function isAtEdge(field, by) {
  if (field.matches("select")) return false;
  try {
    if (field.selectionStart !== field.selectionEnd) return field.selectionEnd - field.selectionStart === field.value.length;
    return field.selectionStart === (by < 0 ? 0 : field.value.length);
  } catch { return true; }
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const spot = place(event.target);
  if (!spot) return;
  const wrapper = event.target.closest(".ts-wrapper");
  const isOpen = wrapper?.classList.contains("dropdown-active");
  const isPlain = event.target.matches(CONTROLS) && !wrapper;
  let done = false;
  if (event.key === "Enter" && !isOpen && !(event.shiftKey && event.target.matches("textarea"))) {
    done = true;
    below(spot, event.shiftKey ? -1 : 1);
  } else if (isPlain && !event.shiftKey && !event.target.matches("select") && event.target.type !== "date") {
    if (event.key === "ArrowDown") done = below(spot, 1);
    else if (event.key === "ArrowUp") done = below(spot, -1);
    else if (event.key === "ArrowRight" && isAtEdge(event.target, 1)) done = focus(spot.row, spot.at + 1);
    else if (event.key === "ArrowLeft" && isAtEdge(event.target, -1)) done = focus(spot.row, spot.at - 1);
  }
  if (event.key === "Tab" && !event.shiftKey && !spot.row.nextElementSibling && spot.at === cells(spot.row).length - 1 && !isBlank(spot.row)) {
    const row = one("[data-add]", spot.inline) && freshRow(spot.inline);
    done = Boolean(row) && focus(row, 0);
  }
  if (done) event.preventDefault();
}, true);

// ---- rows out of a spreadsheet

function grid(text) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const sign = text[i];
    if (quoted) {
      if (sign === '"' && text[i + 1] === '"') { cell += '"'; i += 1; }
      else if (sign === '"') quoted = false;
      else cell += sign;
    } else if (sign === '"' && !cell) quoted = true;
    else if (sign === "\t") { rows.at(-1).push(cell.trim()); cell = ""; }
    else if (sign === "\n") { rows.at(-1).push(cell.trim()); cell = ""; rows.push([]); }
    else if (sign !== "\r") cell += sign;
  }
  rows.at(-1).push(cell.trim());
  return rows.at(-1).every((value) => !value) ? rows.slice(0, -1) : rows;
}

function complain(control, value) {
  const cell = control.closest("td");
  one(".unknown", cell)?.remove();
  if (value === null) return;
  const line = make("p", { className: "error unknown" }, words.unknown.replace("%s", value));
  line.setAttribute("role", "status");
  cell.append(line);
}

async function fromList(select, value) {
  const url = new URL(select.dataset.lookupUrl, location.href);
  for (const [name, said] of Object.entries({ query: value, offset: 0, limit: 20 })) url.searchParams.set(name, said);
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  const found = answer.ok ? await answer.json() : [];
  const exact = found.filter(([, text]) => text.split(" · ")[0].split(" ").includes(value) || text.split(" · ")[0] === value);
  return exact.length === 1 ? exact[0] : found.length === 1 ? found[0] : null;
}

async function put(control, value) {
  complain(control, null);
  if (control.matches("select[data-picker]")) {
    const found = value ? await fromList(control, value).catch(() => null) : null;
    if (value && !found) { complain(control, value); return; }
    const id = found ? String(found[0]) : "";
    if (control.tomselect) {
      if (found) control.tomselect.addOption({ value: id, text: found[1], rank: 0 });
      control.tomselect.setValue(id);
    } else {
      if (found) control.append(new Option(found[1], id));
      control.value = id;
    }
  } else if (control.matches("select")) {
    const option = [...control.options].find((known) => value && [known.text.trim(), known.value].includes(value));
    if (option) control.value = option.value;
    else if (value) complain(control, value);
  } else {
    control.value = control.inputMode === "decimal" || control.inputMode === "numeric" ? value.replaceAll(",", "") : value;
  }
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("paste", (event) => {
  const spot = place(event.target);
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const isTable = text.includes("\t") || event.clipboardData?.getData("text/html").includes("<table");
  if (!spot || !(isTable || (text.trim().includes("\n") && !event.target.matches("textarea")))) return;
  const rows = grid(text);
  if (rows.length === 1 && rows[0].length === 1 && event.target.matches("textarea, input") && !event.target.closest(".ts-wrapper")) return;
  event.preventDefault();
  event.stopPropagation();
  let row = spot.row;
  let pasted = 0;
  const waiting = [];
  for (const values of rows) {
    row ??= one("[data-add]", spot.inline) ? freshRow(spot.inline) : null;
    if (!row) break;
    const controls = cells(row);
    values.forEach((value, nth) => { if (controls[spot.at + nth]) waiting.push(put(controls[spot.at + nth], value)); });
    pasted += 1;
    row = row.nextElementSibling;
  }
  const note = one(".sheet-note", spot.inline);
  if (note) note.textContent = pasted < rows.length ? words.full : words.rows.replace("%s", String(pasted));
  Promise.all(waiting).then(() => { pickers(spot.inline); spot.inline.dispatchEvent(new Event("input", { bubbles: true })); });
}, true);
