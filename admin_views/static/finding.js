// The search above every page: what fits, by kind, while one types; arrows and Enter open it. Without it the form searches.
"use strict";

const field = document.querySelector("[data-global-search]");
const words = JSON.parse(document.body.dataset.words || "{}");
const icons = document.querySelector(".top use")?.getAttribute("href").split("#")[0];
const WAIT = 180;

function make(tag, attributes = {}, text = "") {
  const element = Object.assign(document.createElement(tag), attributes);
  element.textContent = text;
  return element;
}

function picture(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${icons}#${name}`);
  svg.append(use);
  return svg;
}

function begin() {
  const form = field.form;
  const box = make("div", { className: "found-box", id: "found", hidden: true });
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", field.getAttribute("aria-label"));
  form.append(box);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-controls": "found", "aria-autocomplete": "list", "aria-expanded": "false",
  })) field.setAttribute(name, value);
  let timer = 0;
  let asked = 0;
  let shown = null;

  const options = () => [...box.querySelectorAll("[role=option]")];

  function open(is) {
    box.hidden = !is;
    field.setAttribute("aria-expanded", String(is));
    if (!is) choose(null);
  }

  function choose(option) {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    if (option) { field.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else field.removeAttribute("aria-activedescendant");
  }

  function step(by) {
    const all = options();
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    choose(all[(at + by + all.length + (at < 0 && by < 0 ? 1 : 0)) % all.length] ?? null);
  }

  function line(hit, number) {
    const link = make("a", { href: hit.url, className: "found-hit", id: `found-${number}`, tabIndex: -1 });
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    const said = make("span", { className: "found-said" });
    said.append(make("span", { className: "line-title" }, hit.text));
    if (hit.hint) said.append(make("span", { className: "line-detail" }, hit.hint));
    link.append(said);
    if (hit.state) link.append(make("span", { className: `st ${hit.tone}` }, hit.state));
    return link;
  }

  function tell(text) {
    box.replaceChildren(make("p", { className: "found-none" }, text));
    open(true);
  }

  function show(kinds, query) {
    shown = query;
    if (!kinds.length) { tell(words.none); return; }
    let number = 0;
    const groups = kinds.map((kind, nth) => {
      const group = make("div", { className: "found-kind" });
      group.setAttribute("role", "group");
      group.setAttribute("aria-labelledby", `found-kind-${nth}`);
      const label = make("p", { className: "found-label", id: `found-kind-${nth}` });
      label.append(picture(kind.icon), kind.label);
      group.append(label, ...kind.hits.map((hit) => line(hit, number++)));
      return group;
    });
    const every = line({ url: `${form.action}?q=${encodeURIComponent(query)}`, text: words.everything }, number);
    box.replaceChildren(...groups, every);
    open(true);
  }

  async function ask() {
    const query = field.value.trim();
    const mine = ++asked;
    if (query.length < 2) { open(false); shown = null; return; }
    if (query === shown) { open(true); return; }
    try {
      const answer = await fetch(`${form.action}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
      if (mine !== asked) return;
      if (answer.status === 401) { tell(words.signedOut); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json(), query);
    } catch {
      if (mine === asked) tell(words.offline);
    }
  }

  field.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, WAIT);
  });
  field.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
  field.addEventListener("focus", () => { if (field.value.trim()) ask(); });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (box.hidden || !options().length) return;
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      const chosen = !box.hidden && box.querySelector("[aria-selected=true]");
      if (chosen) { event.preventDefault(); chosen.click(); }
    } else if (event.key === "Escape" && !box.hidden) {
      event.preventDefault();
      event.stopPropagation();
      open(false);
    } else if (event.key === "Tab") open(false);
  });
  document.addEventListener("pointerdown", (event) => { if (!form.contains(event.target)) open(false); });
}

if (field) begin();
