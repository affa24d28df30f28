// What the pages do beyond links and forms. Every page works without it; nothing here decides anything.
"use strict";

const body = document.body;
const words = JSON.parse(body.dataset.words || "{}");
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const kept = {
  read(key) { try { return localStorage.getItem(key); } catch { return null; } },
  write(key, value) { try { localStorage.setItem(key, value); } catch { /* full or forbidden: the page still works */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* as above */ } },
  keys() { try { return Object.keys(localStorage); } catch { return []; } },
};

function make(tag, attributes = {}, text = "") {
  const element = Object.assign(document.createElement(tag), attributes);
  element.textContent = text;
  return element;
}

// ---- menus, drawer, dialogs

function closeMenus(except) {
  for (const menu of all("details:is(.menu, .filters)[open]")) if (menu !== except) menu.open = false;
}

function drawer(open) {
  body.classList.toggle("side-out", open);
  one("[data-menu]")?.setAttribute("aria-expanded", String(open));
  if (open) one(".side-close")?.focus();
  else if (one(".side")?.contains(document.activeElement)) one("[data-menu]")?.focus();
}

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  closeMenus();
  dialog.showModal();
  pickers(dialog);
  one(".dialog-body :is(input:not([type=hidden]), select, textarea)", dialog)?.focus();
}

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.isConnected && !target.closest(".ts-dropdown")) closeMenus(target.closest("details:is(.menu, .filters)"));
  const opener = target.closest("[data-open]");
  if (opener) openDialog(opener.dataset.open);
  if (target.closest("[data-close]")) target.closest("dialog").close();
  if (target.matches?.("dialog")) target.close();
  if (target.closest("[data-print]")) window.print();
  const more = target.closest("[data-more]");
  if (more) more.setAttribute("aria-expanded", String(more.parentElement.classList.toggle("is-open")));
  if (target.closest("[data-menu]")) { event.preventDefault(); drawer(!body.classList.contains("side-out")); }
  else if (target.closest(".side-close") || (body.classList.contains("side-out") && !target.closest(".side"))) {
    if (body.classList.contains("side-out")) event.preventDefault();
    drawer(false);
  }
  const to = target.closest("[data-to]");
  if (to) {
    const field = document.getElementById(to.dataset.to);
    event.preventDefault();
    (field?.tomselect || field)?.focus();
    field?.closest(".field, td")?.scrollIntoView({ block: "center" });
  }
});

for (const group of all("[data-group]")) {
  const key = `gz:menu:${group.dataset.group}`;
  if (kept.read(key)) group.open = true;
  group.addEventListener("toggle", () => (group.open ? kept.write(key, "1") : kept.drop(key)));
}
one(".side .active")?.scrollIntoView({ block: "nearest" });

// ---- lists

const table = one("[data-rows]");
let at = -1;

function step(by) {
  const rows = all("tbody tr", table);
  at = Math.max(0, Math.min(rows.length - 1, at + by));
  one("tbody .at", table)?.classList.remove("at");
  rows[at].classList.add("at");
  one("th a", rows[at])?.focus();
  rows[at].scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("table.rows tbody tr");
  const link = row && one("th a", row);
  if (!link || event.target.closest("a, button, input, select, label, textarea") || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});

document.addEventListener("pointerover", (event) => {
  const cell = event.target.closest("table.rows :is(td, th)");
  if (cell && !cell.title && cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent.trim();
});

function density(compact) {
  document.documentElement.classList.toggle("compact", compact);
  one("[data-density]")?.setAttribute("aria-pressed", String(compact));
}
density(kept.read("gz:compact") === "1");
one("[data-density]")?.addEventListener("click", () => {
  const compact = !document.documentElement.classList.contains("compact");
  kept.write("gz:compact", compact ? "1" : "0");
  density(compact);
});

const filters = one("[data-filters]");
filters?.addEventListener("toggle", () => { if (filters.open) pickers(filters); });
for (const select of all("[data-submit]")) select.addEventListener("change", () => select.form.requestSubmit());
for (const form of all("form[data-tidy]")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
}

// ---- pickers: Tom Select comes when the first one shows

let tomSelect;

function fetchTomSelect() {
  tomSelect ??= new Promise((resolve, reject) => {
    document.head.insertBefore(make("link", { rel: "stylesheet", href: body.dataset.pickerCss }), one("link[rel=stylesheet]"));
    document.head.append(make("script", { src: body.dataset.pickerJs, onload: resolve, onerror: reject }));
  });
  return tomSelect;
}

async function pickers(within = document) {
  const selects = all("select[data-picker]", within).filter(
    (select) => !select.tomselect && !select.closest("template") && select.checkVisibility(),
  );
  if (!selects.length) return;
  try { await fetchTomSelect(); } catch { return; }
  for (const select of selects) if (!select.tomselect) pick(select);
}

function pick(select) {
  const hint = (text) => () => Object.assign(make("div", { className: "ts-hint" }, text));
  // what the server last answered, in its order; until it has answered, only what contains the words can be picked
  const served = { query: null, ranks: new Map() };
  const fits = (query) => (option) => Number(served.query === query
    ? served.ranks.has(option.value) : option.text.toLowerCase().includes(query.toLowerCase()));
  const picker = new window.TomSelect(select, {
    valueField: "value", labelField: "text", searchField: [], maxOptions: 60, preload: "focus",
    placeholder: select.closest(".sheet") ? words.find : words.type, loadThrottle: 200, score: fits, sortField: [{ field: "rank" }],
    dropdownParent: select.closest(".sheet") ? "body" : null,
    plugins: select.multiple ? { remove_button: { title: words.remove } } : { clear_button: { title: words.clear } },
    render: { no_results: hint(words.none), loading: hint(words.searching) },
    async load(query, done) {
      this.clearOptions((option) => this.items.includes(option.value));
      try {
        const url = new URL(select.dataset.lookupUrl, location.href);
        for (const [name, value] of Object.entries({ query, offset: 0, limit: 20 })) url.searchParams.set(name, value);
        const answer = await fetch(url, { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const options = (await answer.json()).map(([value, text], rank) => ({ value: String(value), text, rank }));
        served.query = query;
        served.ranks = new Map(options.map((option) => [option.value, option.rank]));
        for (const known of Object.values(this.options)) known.rank = served.ranks.get(known.value) ?? options.length;
        done(options);
      } catch {
        this.settings.render.no_results = hint(words.offline);
        done([]);
      }
    },
  });
  // what was typed is looked up a moment later; whoever has chosen by then and gone on must not be fetched back
  for (const gone of ["item_add", "blur"]) picker.on(gone, () => { clearTimeout(picker.refreshTimeout); picker.refreshTimeout = null; });
  select.setAttribute("aria-hidden", "true");
  if (select.getAttribute("aria-label")) picker.control_input.setAttribute("aria-label", select.getAttribute("aria-label"));
  for (const name of ["aria-invalid", "aria-describedby"]) {
    if (select.hasAttribute(name)) picker.control_input.setAttribute(name, select.getAttribute(name));
  }
}

// ---- child rows

function addRow(inline) {
  const rows = one("tbody", inline);
  const number = Number(inline.dataset.next ?? rows.children.length);
  inline.dataset.next = String(number + 1);
  const holder = make("tbody");
  holder.innerHTML = one("template", inline).innerHTML.replaceAll("__i__", String(number));
  const row = holder.firstElementChild;
  row.dataset.fresh = "";
  rows.append(row);
  pickers(row);
  return row;
}

globalThis.gongzheng = { one, all, make, words, addRow, pickers };

document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add]");
  if (add) one("input:not([type=hidden]), select, textarea", addRow(add.closest("[data-inline]")))?.focus();
});
document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.matches("[data-remove]")) return;
  const row = box.closest("tr");
  if ("fresh" in row.dataset && box.checked) {
    const next = one("[data-add]", row.closest("[data-inline]"));
    row.remove();
    next?.focus();
  } else row.classList.toggle("going", box.checked);
});

// ---- two versions of one record

const conflicts = one("[data-conflicts]");
if (conflicts) {
  one(".conflict-all", conflicts).hidden = false;
  conflicts.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-all]")?.dataset.all;
    if (choice) for (const radio of all(`input[value=${choice}]`, conflicts)) radio.checked = true;
  });
}

// ---- drafts: what is typed stays on this device, by account and page, until the server has said that it is saved

const DRAFTS = `gz:draft:${body.dataset.account || ""}:`;
const DRAFT_DAYS = 7;

function typed(form) {
  return all("input, select, textarea", form).filter((field) => field.name
    && !field.closest("template") && !["hidden", "password", "file", "submit"].includes(field.type)
    && !field.name.startsWith("resolve-"));
}

function contents(form) {
  return typed(form).map((field) => {
    if (field.type === "checkbox" || field.type === "radio") return [field.name, field.value, field.checked];
    if (field.matches("select")) return [field.name, [...field.selectedOptions].map((option) => [option.value, option.text])];
    return [field.name, field.value];
  });
}

function fill(form, draft) {
  for (const [name, value, checked] of draft.fields) {
    let fields = typed(form).filter((field) => field.name === name);
    const inline = name.match(/^(.+?)-(\d+)-/);
    if (!fields.length && inline) {
      const owner = one(`[data-inline="${CSS.escape(inline[1])}"]`, form);
      if (owner && one("template", owner)) { owner.dataset.next = inline[2]; addRow(owner); }
      fields = typed(form).filter((field) => field.name === name);
    }
    const field = checked === undefined ? fields[0] : fields.find((box) => box.value === value);
    if (!field) continue;
    if (checked !== undefined) field.checked = checked;
    else if (field.matches("select")) {
      for (const option of field.options) option.selected = false;
      for (const [id, text] of value) {
        const option = [...field.options].find((known) => known.value === id) ?? field.appendChild(new Option(text, id));
        option.selected = true;
      }
      field.tomselect?.sync();
    } else field.value = value;
  }
}

function versionOf(form) {
  return form.elements.version_no?.value ?? "";
}

function draftLine(form, template, draft, choices) {
  const line = make("p", { className: "message info draft-line" });
  line.setAttribute("role", "status");
  line.append(make("span", {}, template.replace("%s", new Date(draft.at).toLocaleString(document.documentElement.lang))));
  for (const [label, act] of choices) {
    const button = make("button", { type: "button", className: "btn" }, label);
    button.addEventListener("click", () => { act(); line.remove(); });
    line.append(button);
  }
  (one(".dialog-body", form) ?? form).prepend(line);
}

function keepDraft(form) {
  const key = DRAFTS + (form.dataset.draft || `${location.pathname}?id=${new URLSearchParams(location.search).get("id") ?? ""}`);
  const asServed = JSON.stringify(contents(form));
  let timer = 0;
  const save = (more = {}) => {
    clearTimeout(timer);
    const fields = contents(form);
    if (JSON.stringify(fields) === asServed && !("refused" in form.dataset)) { kept.drop(key); return; }
    kept.write(key, JSON.stringify({ at: Date.now(), version: versionOf(form), fields, ...more }));
  };
  const draft = JSON.parse(kept.read(key) || "null");
  const restore = () => fill(form, draft);
  const discard = () => { kept.drop(key); location.reload(); };
  if ("refused" in form.dataset) save();
  else if (draft && JSON.stringify(draft.fields) !== asServed) {
    if (draft.version === versionOf(form)) { restore(); draftLine(form, words.restored, draft, [[words.discard, discard]]); }
    else draftLine(form, words.kept, draft, [[words.restore, restore], [words.discard, () => kept.drop(key)]]);
  }
  const soon = () => { clearTimeout(timer); timer = setTimeout(save, 400); };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => save({ sent: true }));
  window.addEventListener("pagehide", () => { if (timer && !form.dataset.sent) save(); });
}

function settleDrafts() {
  const saved = one(".messages [data-tone=success]");
  const old = Date.now() - DRAFT_DAYS * 86400000;
  for (const key of kept.keys().filter((name) => name.startsWith("gz:draft:"))) {
    const draft = JSON.parse(kept.read(key) || "{}");
    if (!(draft.at > old) || (saved && draft.sent && key.startsWith(DRAFTS))) kept.drop(key);
    else if (draft.sent && (body.classList.contains("plain") || body.classList.contains("told"))) kept.write(key, JSON.stringify({ ...draft, sent: false }));
  }
}

settleDrafts();
for (const form of all("form[data-draft]")) keepDraft(form);
one("[data-logout]")?.addEventListener("submit", () => {
  for (const key of kept.keys()) if (key.startsWith(DRAFTS)) kept.drop(key);
});
pickers();
if (location.hash.startsWith("#verb-")) openDialog(location.hash.slice(1));

// ---- what was refused stands in its dialog; the address is the record's again

const refused = one("[data-refused-dialog]");
if (refused) {
  refused.open = false;
  openDialog(refused.id);
  (one(".summary", refused) ?? one("[aria-invalid=true]", refused))?.focus();
}
const record = one("[data-url]");
if (record && location.pathname.endsWith("/perform/")) history.replaceState(null, "", record.dataset.url);

// ---- dates and times: written alike in both languages, without the seconds that nobody typed; a finger has its own wheel

const DAY = 10;

function written(value) {
  return value.length > DAY ? value.slice(0, DAY + 6).replace("T", " ") : value;
}

function writeDates(within = document) {
  if (matchMedia("(pointer: coarse)").matches) return;
  for (const field of all("input[type=date], input[type=datetime-local]", within)) {
    if (field.closest("template")) continue;
    const isDay = field.type === "date";
    const exact = field.value;
    const native = make("input", { type: field.type, className: "when-native", tabIndex: -1 });
    const button = make("button", { type: "button", className: "tool when-open" });
    native.setAttribute("aria-hidden", "true");
    button.setAttribute("aria-label", words.calendar);
    button.title = words.calendar;
    field.type = "text";
    field.value = written(exact);
    field.placeholder ||= isDay ? words.day : words.moment;
    field.autocomplete = "off";
    const shown = field.value;
    const frame = make("span", { className: isDay ? "when day" : "when" });
    field.replaceWith(frame);
    frame.append(field, button, native);
    button.addEventListener("click", () => {
      native.value = field.value.length > DAY ? field.value.replace(" ", "T") : field.value;
      try { native.showPicker(); } catch { native.focus(); }
    });
    native.addEventListener("input", () => {
      if (!native.value) return;
      field.value = written(native.value);
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    field.form?.addEventListener("formdata", (event) => {
      if (field.name && exact && field.value === shown && event.formData.has(field.name)) event.formData.set(field.name, exact);
    });
  }
}
writeDates();

// ---- several rows at once

const bulk = one("[data-bulk]");
if (bulk) {
  const bar = bulk;
  const boxes = () => all("tbody th input", table);
  const said = one(".chosen", bar);
  const box = (label, value) => {
    const input = make("input", { type: "checkbox", className: "form-check-input", value });
    input.setAttribute("aria-label", label);
    return input;
  };
  const count = () => {
    const chosen = boxes().filter((one) => one.checked);
    bar.hidden = !chosen.length;
    said.textContent = words.chosen.replace("%s", String(chosen.length));
    for (const input of boxes()) input.closest("tr").classList.toggle("chosen-row", input.checked);
  };
  const every = box(words.chooseAll, "");
  one("thead th", table).prepend(every);
  for (const row of all("tbody tr", table)) {
    const link = one("th a", row);
    const input = box(words.choose.replace("%s", link.textContent), new URL(link.href).searchParams.get("id"));
    input.name = "rowid";
    input.setAttribute("form", bar.id);
    one("th", row).prepend(input);
  }
  every.addEventListener("change", () => { for (const input of boxes()) input.checked = every.checked; count(); });
  table.addEventListener("change", count);
  count();
}

// ---- sending once

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  (event.submitter ?? one("button:not([type=button])", form))?.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
  for (const button of all("[aria-busy]")) button.removeAttribute("aria-busy");
  for (const field of all("form[data-tidy] :disabled")) field.disabled = false;
});

// ---- keys

const keysOff = one("[data-keys-off]");
if (keysOff) {
  keysOff.checked = kept.read("gz:keys") === "off";
  keysOff.addEventListener("change", () => kept.write("gz:keys", keysOff.checked ? "off" : "on"));
}

const KEYS = {
  "/": () => (one("[data-global-search]") ?? one("[data-search]"))?.focus(),
  s: () => (one("[data-search]") ?? one("[data-global-search]"))?.focus(),
  "?": () => openDialog("keys"),
  g: () => one(".side-home")?.click(),
  j: () => table && step(1),
  k: () => table && step(-1),
  f: () => { if (filters) { filters.open = !filters.open; one("input, select", filters)?.focus(); } },
  x: () => one("tbody .at th input", table ?? document)?.click(),
  n: () => one("[data-new]")?.click(),
  e: () => one("[data-edit]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = one("details:is(.menu, .filters)[open]");
    if (menu) { menu.open = false; one("summary", menu).focus(); }
    if (body.classList.contains("side-out")) drawer(false);
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.target.form?.requestSubmit(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || kept.read("gz:keys") === "off") return;
  if (event.target.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, dialog, [contenteditable]")) return;
  if (!Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});

one("[data-focus]")?.focus();
