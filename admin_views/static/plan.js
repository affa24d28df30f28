// The stages of a plan as a sheet. One input moves from cell to cell; the server judges the rows and draws the chart.
"use strict";

const form = document.getElementById("plan-sheet");
if (form) {
  const words = JSON.parse(form.dataset.sheetWords);
  const columns = JSON.parse(form.dataset.columns);
  const most = Number(form.dataset.most);
  const text = form.elements.rows;
  const box = document.getElementById("stage-box");
  const state = document.getElementById("sheet-state");
  const draftKey = `gz:draft:${document.body.dataset.account || ""}:${form.dataset.draft}`;
  const SPARE = 10;
  const NUMERIC = new Set(["seq", "heads", "weight", "qty", "after"]);
  const opened = text.value;
  let rows = [];
  let editor = null;
  let at = [0, 1];
  let before = "";

  // ---- the rows as text and back

  const blank = () => ["", ...columns.map(() => "")];
  const isBlank = (row) => row.slice(2).every((cell) => !cell.trim());
  const parse = (given) => given.split("\n").filter((line) => line.trim()).map((line) => { const cells = line.split("\t"); return blank().map((_, nth) => cells[nth] ?? ""); });
  const written = () => rows.filter((row) => !isBlank(row)).map((row) => row.map((cell) => cell.replace(/\s+/g, " ")).join("\t")).join("\n");

  // ---- the table

  const table = document.createElement("table");
  table.className = "stage-grid";
  const head = table.createTHead().insertRow();
  for (const column of columns) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = column.label;
    cell.className = column.name;
    head.append(cell);
  }
  head.append(Object.assign(document.createElement("td"), { className: "tool" }));
  const body = table.createTBody();

  function addRow(row) {
    const line = body.insertRow();
    columns.forEach((column, nth) => {
      const cell = line.insertCell();
      cell.className = column.name;
      cell.textContent = row[nth + 1];
    });
    const last = line.insertCell();
    last.className = "tool";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet remove";
    button.tabIndex = -1;
    button.textContent = "×";
    button.setAttribute("aria-label", words.remove.replace("%n", String(line.sectionRowIndex + 1)));
    last.append(button);
  }

  function build() {
    editor.remove();
    const wanted = Math.min(most, rows.length + SPARE);
    while (rows.length < wanted) rows.push(blank());
    body.replaceChildren();
    for (const row of rows) addRow(row);
  }

  const cellAt = (rowAt, columnAt) => body.rows[rowAt]?.cells[columnAt];

  // ---- one input for the whole sheet

  editor = document.createElement("input");
  editor.className = "stage-input";
  editor.maxLength = 200;
  editor.autocomplete = "off";

  function leave() {
    const cell = editor.parentElement;
    if (!cell) return;
    put(at[0], at[1], editor.value);
    cell.classList.remove("here");
    editor.remove();
    cell.textContent = rows[at[0]][at[1] + 1];
  }

  function go(rowAt, columnAt, isFocused = true) {
    leave();
    if (rowAt >= rows.length && rows.length < most) { rows.push(blank()); addRow(rows.at(-1)); }
    at = [Math.max(0, Math.min(rows.length - 1, rowAt)), Math.max(0, Math.min(columns.length - 1, columnAt))];
    const cell = cellAt(...at);
    editor.value = rows[at[0]][at[1] + 1];
    before = editor.value;
    editor.inputMode = NUMERIC.has(columns[at[1]].name) ? "decimal" : "text";
    editor.setAttribute("aria-label", words.row.replace("%n", String(at[0] + 1)).replace("%c", columns[at[1]].label));
    const fault = cell.title;
    editor.setAttribute("aria-invalid", fault ? "true" : "false");
    editor.title = fault;
    cell.textContent = "";
    cell.classList.add("here");
    cell.append(editor);
    if (isFocused) {
      editor.focus({ preventScroll: true });
      editor.select();
      cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  function put(rowAt, columnAt, value) {
    if (rows[rowAt][columnAt + 1] === value) return false;
    rows[rowAt][columnAt + 1] = value;
    ask();
    return true;
  }

  body.addEventListener("mousedown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.target === editor || cell.classList.contains("tool")) return;
    event.preventDefault();
    go(cell.parentElement.sectionRowIndex, cell.cellIndex);
  });
  body.addEventListener("click", (event) => {
    const button = event.target.closest(".remove");
    if (!button) return;
    const nth = button.closest("tr").sectionRowIndex;
    leave();
    rows.splice(nth, 1);
    body.deleteRow(nth);
    go(Math.min(nth, rows.length - 1), 0);
    ask();
  });

  // ---- keys

  const isWhole = () => editor.selectionStart === 0 && editor.selectionEnd === editor.value.length;
  const isAtEnd = (by) => isWhole() || (editor.selectionStart === editor.selectionEnd && editor.selectionStart === (by < 0 ? 0 : editor.value.length));

  editor.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const [rowAt, columnAt] = at;
    let target = null;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") target = [rowAt + (event.shiftKey ? -1 : 1), columnAt];
    else if (event.key === "ArrowDown") target = [rowAt + 1, columnAt];
    else if (event.key === "ArrowUp") target = [rowAt - 1, columnAt];
    else if (event.key === "ArrowRight" && !event.shiftKey && isAtEnd(1)) target = [rowAt, columnAt + 1];
    else if (event.key === "ArrowLeft" && !event.shiftKey && isAtEnd(-1)) target = [rowAt, columnAt - 1];
    else if (event.key === "Tab" && !event.shiftKey && columnAt < columns.length - 1) target = [rowAt, columnAt + 1];
    else if (event.key === "Tab" && !event.shiftKey && rowAt < rows.length - 1 && !isBlank(rows[rowAt])) target = [rowAt + 1, 0];
    else if (event.key === "Tab" && event.shiftKey && columnAt > 0) target = [rowAt, columnAt - 1];
    else if (event.key === "Tab" && event.shiftKey && rowAt > 0) target = [rowAt - 1, columns.length - 1];
    else if (event.key === "PageDown") target = [rowAt + 15, columnAt];
    else if (event.key === "PageUp") target = [rowAt - 15, columnAt];
    else if (event.key === "Escape") { editor.value = before; editor.select(); event.preventDefault(); }
    else if (event.key === "F2") { editor.setSelectionRange(editor.value.length, editor.value.length); event.preventDefault(); }
    if (target) { event.preventDefault(); go(target[0] >= rows.length && isBlank(rows[rowAt]) ? rowAt : target[0], target[1]); }
  });
  editor.addEventListener("input", () => { put(at[0], at[1], editor.value); });

  // ---- rows out of a spreadsheet

  function grid(given) {
    const found = [[]];
    let cell = "";
    let quoted = false;
    const plain = given.replace(/\r\n?/g, "\n");
    for (let nth = 0; nth < plain.length; nth += 1) {
      const sign = plain[nth];
      if (quoted) {
        if (sign === '"' && plain[nth + 1] === '"') { cell += '"'; nth += 1; }
        else if (sign === '"') quoted = false;
        else cell += sign === "\n" ? " " : sign;
      } else if (sign === '"' && cell === "") quoted = true;
      else if (sign === "\t" || sign === "\n") {
        found.at(-1).push(cell.trim());
        cell = "";
        if (sign === "\n") found.push([]);
      } else cell += sign;
    }
    found.at(-1).push(cell.trim());
    while (found.length && found.at(-1).every((one) => one === "")) found.pop();
    return found;
  }

  editor.addEventListener("paste", (event) => {
    const given = event.clipboardData?.getData("text/plain") || "";
    if (!/[\t\n\r]/.test(given.replace(/[\r\n]+$/, ""))) return;
    event.preventDefault();
    const [rowAt, columnAt] = at;
    const pasted = grid(given).slice(0, most - rowAt);
    leave();
    while (rows.length < rowAt + pasted.length) { rows.push(blank()); addRow(rows.at(-1)); }
    pasted.forEach((cells, down) => cells.forEach((value, right) => {
      if (columnAt + right >= columns.length) return;
      rows[rowAt + down][columnAt + right + 1] = value;
      cellAt(rowAt + down, columnAt + right).textContent = value;
    }));
    say(pasted.length < grid(given).length ? words.full : words.pasted.replace("%n", String(pasted.length)));
    go(rowAt, columnAt);
    ask();
  });

  // ---- judged and drawn by the server

  let turn = 0;
  let timer = 0;

  function ask() {
    clearTimeout(timer);
    timer = setTimeout(judge, 350);
    keep();
  }

  async function judge() {
    const mine = turn += 1;
    const sent = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, rows: written() });
    try {
      const answer = await fetch(form.dataset.judge, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json" }, body: sent });
      if (!answer.ok || mine !== turn) return;
      show(await answer.json());
    } catch { /* out of reach: the server judges again on saving */ }
  }

  function show(told) {
    for (const cell of body.querySelectorAll("td.wrong")) { cell.classList.remove("wrong"); cell.removeAttribute("title"); }
    const filled = rows.map((row, nth) => [row, nth]).filter(([row]) => !isBlank(row));
    let count = 0;
    let highest = 0;
    const numbered = filled.map(([row, nth]) => { const seq = Number(row[1]) || highest + 1; highest = Math.max(highest, seq); return [row[0], String(seq), nth]; });
    for (const [[key, seq], found] of told.faults) {
      const places = numbered.filter((one) => one[0] === key && (key || one[1] === seq || seq === "0"));
      for (const [name, why] of Object.entries(found)) {
        count += 1;
        for (const [, , nth] of places) {
          const cell = cellAt(nth, columns.findIndex((column) => column.name === name));
          if (cell) { cell.classList.add("wrong"); cell.title = why; }
        }
      }
    }
    const here = editor.parentElement;
    if (here) { editor.title = here.title; editor.setAttribute("aria-invalid", here.title ? "true" : "false"); }
    const counts = document.getElementById("sheet-count");
    const sign = document.createElement("span");
    sign.className = `st ${count ? "overdue" : "met"}`;
    sign.textContent = count ? words.faults.replace("%n", String(count)) : words.good;
    const sum = document.createElement("span");
    sum.className = "muted";
    sum.textContent = words.sum.replace("%n", told.weights);
    counts.replaceChildren(sign, " ", sum);
    list(document.getElementById("sheet-lacks"), told.lacks, words.lacks.replace("%n", String(told.lacks.length)));
    list(document.getElementById("sheet-overloads"), told.overloads);
    if (told.end) {
      const end = document.getElementById("plan-end");
      end.textContent = told.end.text;
      end.className = `st ${told.end.tone}`;
    }
    if (told.chart !== undefined) {
      const drawn = new DOMParser().parseFromString(told.chart, "text/html").querySelector("svg");
      document.getElementById("gantt-box").replaceChildren(...(drawn ? [drawn] : []));
    }
  }

  function list(place, sentences, title = place.getAttribute("aria-label")) {
    place.hidden = !sentences.length;
    const heading = document.createElement("h2");
    heading.textContent = title;
    const lines = document.createElement("ul");
    for (const one of sentences.slice(0, 12)) lines.append(Object.assign(document.createElement("li"), { textContent: one }));
    if (sentences.length > 12) lines.append(Object.assign(document.createElement("li"), { textContent: `… +${sentences.length - 12}` }));
    place.replaceChildren(heading, lines);
  }

  function say(given) {
    state.hidden = !given;
    state.textContent = given;
  }

  // ---- what was typed is kept here until it is saved

  function keep() {
    try { localStorage.setItem(draftKey, JSON.stringify({ at: Date.now(), opened, rows: written(), token: form.elements.form_token.value })); } catch { /* full */ }
  }

  function drop() { try { localStorage.removeItem(draftKey); } catch { /* nothing is kept there */ } }

  function restored() {
    let draft = null;
    try { draft = JSON.parse(localStorage.getItem(draftKey) || "null"); } catch { /* not ours */ }
    if (!draft || draft.opened !== opened) { drop(); return null; }
    say(words.restored.replace("%s", new Date(draft.at).toLocaleString(document.documentElement.lang)));
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: words.discard });
    button.addEventListener("click", () => { drop(); location.reload(); });
    state.append(" ", button);
    return draft.rows;
  }

  form.addEventListener("submit", () => { leave(); text.value = written(); drop(); });
  const more = form.querySelector("[data-more]");
  more.hidden = false;
  more.addEventListener("click", () => {
    const first = rows.length;
    for (let nth = 0; nth < SPARE && rows.length < most; nth += 1) { rows.push(blank()); addRow(rows.at(-1)); }
    go(Math.min(first, rows.length - 1), 0);
  });

  const isRefused = Boolean(document.querySelector("main [role=alert]"));
  const draft = isRefused ? null : restored();
  rows = parse(draft ?? opened);
  build();
  box.append(table);
  box.hidden = false;
  for (const one of form.querySelectorAll(".rows-text")) one.hidden = true;
  go(0, 1, false);
  show({ ...JSON.parse(form.dataset.told), chart: undefined });
  if (draft) ask();
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && written() !== opened && !isRefused) keep(); });
}
