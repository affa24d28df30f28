// Exam day: a table that takes what is pasted from Excel and asks the server's rule about each row. It decides nothing itself.
"use strict";

const form = document.getElementById("grid");
const NAMES = ["employee", "score", "practical_score", "note"];
const words = form ? JSON.parse(form.dataset.words) : {};
const most = form ? Number(form.dataset.most) : 0;

const rows = () => [...form.querySelectorAll("tbody tr")];
const cells = (row) => [...row.querySelectorAll("input.cell")];
const nameOf = (cell, n) => `${words.row.replace("%n", n)}, ${cell.closest("td").dataset.label}`;
const placeOf = (cell) => { const row = cell.closest("tr"); return [rows().indexOf(row), cells(row).indexOf(cell)]; };

function addRows(count) {
  const all = rows(), body = form.querySelector("tbody");
  for (let n = all.length; n < Math.min(most, all.length + count); n += 1) {
    const row = all[all.length - 1].cloneNode(true);
    row.className = "";
    row.querySelector("th").textContent = String(n + 1);
    row.querySelector(".said").id = `said-${n + 1}`;
    for (const cell of cells(row)) {
      cell.id = `cell-${n + 1}-${cell.name}`;
      cell.setAttribute("aria-describedby", `said-${n + 1}`);
      cell.setAttribute("aria-label", nameOf(cell, n + 1));
      cell.value = "";
      cell.removeAttribute("aria-invalid");
      cell.removeAttribute("title");
    }
    row.querySelector(".said").replaceChildren();
    body.append(row);
  }
}

function go(rowAt, columnAt) {
  if (rowAt >= rows().length) addRows(1);
  const row = rows()[Math.max(0, Math.min(rows().length - 1, rowAt))];
  const cell = cells(row)[Math.max(0, Math.min(NAMES.length - 1, columnAt))];
  cell.focus();
  cell.select();
  row.scrollIntoView({ block: "nearest" });
}

// ---- judging

let asked = 0, timer = 0;

function ask() {
  clearTimeout(timer);
  timer = setTimeout(judge, 200);
}

async function judge() {
  const turn = asked += 1;
  const given = {
    session: form.elements.session.value, exam: form.elements.exam.value, on: form.elements.on.value,
    rows: rows().map((row) => cells(row).map((cell) => cell.value)),
  };
  try {
    const answer = await fetch(form.dataset.judge, {
      method: "POST", credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      body: JSON.stringify(given),
    });
    if (!answer.ok || turn !== asked) return;
    const told = await answer.json();
    told.rows.forEach((one, at) => show(rows()[at], one));
    for (const [name, count] of Object.entries(told.counts)) {
      const place = form.querySelector(`[data-count="${name}"]`);
      if (place) place.textContent = String(count);
    }
  } catch { /* out of reach: the server judges again on saving */ }
}

function show(row, told) {
  row.classList.toggle("bad", Object.keys(told.faults).length > 0);
  cells(row).forEach((cell, at) => {
    const fault = told.faults[NAMES[at]];
    if (fault) { cell.setAttribute("aria-invalid", "true"); cell.title = fault; }
    else { cell.removeAttribute("aria-invalid"); cell.title = at === 0 ? told.who : ""; }
  });
  const parts = [];
  if (told.verdict) {
    if (told.who) parts.push(make("b", "", told.who), " ");
    parts.push(make("span", `st ${told.tone}`, told.verdict));
    if (told.attempt) parts.push(" ", make("small", "muted", told.attempt));
  }
  for (const text of Object.values(told.faults)) parts.push(make("p", "fault", text));
  for (const text of told.follows) parts.push(make("p", "then", text));
  row.querySelector(".said").replaceChildren(...parts);
}

function make(tag, name, text) {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}

// ---- typing, moving, pasting

function table(text) {
  // Excel quotes a cell that holds a line break; a line break inside a cell becomes a space here.
  const found = [[]];
  let cell = "", quoted = false;
  const clean = text.replace(/\r\n?/g, "\n");
  for (let at = 0; at < clean.length; at += 1) {
    const sign = clean[at];
    if (quoted) {
      if (sign === '"' && clean[at + 1] === '"') { cell += '"'; at += 1; }
      else if (sign === '"') quoted = false;
      else cell += sign === "\n" ? " " : sign;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === "\t" || sign === "\n") {
      found[found.length - 1].push(cell);
      cell = "";
      if (sign === "\n") found.push([]);
    } else cell += sign;
  }
  found[found.length - 1].push(cell);
  while (found.length && found[found.length - 1].every((one) => one === "")) found.pop();
  return found;
}

function paste(event) {
  const cell = event.target.closest("input.cell");
  const text = event.clipboardData?.getData("text/plain") || "";
  if (!cell || !/[\t\n\r]/.test(text.replace(/[\r\n]+$/, ""))) return;
  event.preventDefault();
  const [rowAt, columnAt] = placeOf(cell), given = table(text);
  if (rowAt + given.length > rows().length) addRows(rowAt + given.length - rows().length);
  given.slice(0, most - rowAt).forEach((line, down) => {
    const targets = cells(rows()[rowAt + down]);
    line.slice(0, NAMES.length - columnAt).forEach((value, right) => { targets[columnAt + right].value = value.trim().slice(0, 200); });
  });
  go(Math.min(most, rowAt + given.length) - 1, columnAt);
  ask();
}

function move(event) {
  const cell = event.target.closest?.("input.cell");
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit(form.querySelector('button[value="all"]'));
    return;
  }
  if (!cell || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  const [rowAt, columnAt] = placeOf(cell);
  const isWhole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  const isAtStart = isWhole || (cell.selectionStart === 0 && cell.selectionEnd === 0);
  const isAtEnd = isWhole || (cell.selectionStart === cell.value.length && cell.selectionEnd === cell.value.length);
  const to = {
    Enter: [rowAt + (event.shiftKey ? -1 : 1), columnAt],
    ArrowDown: [rowAt + 1, columnAt],
    ArrowUp: [rowAt - 1, columnAt],
    ArrowLeft: isAtStart && columnAt > 0 ? [rowAt, columnAt - 1] : null,
    ArrowRight: isAtEnd && columnAt < NAMES.length - 1 ? [rowAt, columnAt + 1] : null,
  }[event.key];
  if (event.key === "Escape") cell.value = cell.defaultValue;
  if (event.key === "Escape") ask();
  if (!to) return;
  event.preventDefault();
  if (event.key === "ArrowDown" && rowAt === rows().length - 1) return;
  go(to[0], to[1]);
}

if (form) {
  form.addEventListener("paste", paste);
  form.addEventListener("keydown", move);
  form.addEventListener("input", ask);
  form.addEventListener("focusin", (event) => { if (event.target.matches("input.cell")) event.target.select(); });
  form.querySelector("[data-more]").addEventListener("click", () => { const at = rows().length; addRows(10); go(at, 0); });
  rows().forEach((row, at) => cells(row).forEach((cell) => cell.setAttribute("aria-label", nameOf(cell, at + 1))));
  const wrong = form.querySelector("[aria-invalid]");
  const first = rows().findIndex((row) => cells(row)[1].value === "");
  const start = cells(rows()[Math.max(0, first)]);
  (wrong || start[start[0].value ? 1 : 0]).focus({ preventScroll: !wrong });
}
