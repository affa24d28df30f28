// The check form under a thumb: judges readings at once, shrinks photos, keeps what is filled in, sends it once.
"use strict";

const form = document.querySelector("[data-check], [data-check-preview]");
if (form) {
  const words = JSON.parse(form.dataset.checkWords);
  const isReal = Boolean(form.dataset.check);
  const key = `gz:draft:${document.body.dataset.account || ""}:${form.dataset.check}`;
  const items = [...form.querySelectorAll("[data-item]")];
  const state = form.querySelector(".check-state");
  const photos = new Map();
  const LONGEST_SIDE = 1280;
  const QUALITY = 0.75;
  const AGAIN_AFTER = 15000;
  let isWaiting = false;
  let isSending = false;

  // ---- judging: decimals as whole numbers of the finest place, so that 5.01 is above 5.00 and nothing is rounded

  function scaled(text) {
    const found = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim().replaceAll(",", ""));
    if (!found || !(found[2] || found[3])) return null;
    const fraction = (found[3] || "").padEnd(8, "0");
    if (fraction.length > 8) return null;
    const whole = BigInt((found[2] || "0") + fraction);
    return found[1] === "-" ? -whole : whole;
  }

  function judge(item, text) {
    const value = scaled(text);
    if (value === null) return "";
    const [low, high] = [item.dataset.lower, item.dataset.upper].map((limit) => (limit ? scaled(limit) : null));
    return (low !== null && value < low) || (high !== null && value > high) ? "ng" : "ok";
  }

  const reading = (item) => item.querySelector(".reading input");

  function verdict(item) {
    if ("number" in item.dataset) {
      const found = judge(item, reading(item).value);
      return found || (item.querySelector(".na input")?.checked && !reading(item).value.trim() ? "na" : "");
    }
    const chosen = item.querySelector(".verdicts input:checked, .choices input:checked");
    return chosen ? chosen.dataset.verdict || chosen.value : "";
  }

  function tell(output, found) {
    output.textContent = words[found] ?? "";
    output.classList.toggle("met", found === "ok");
    output.classList.toggle("breached", found === "ng");
  }

  function look() {
    let done = 0;
    for (const item of items) {
      const found = verdict(item);
      item.classList.toggle("is-ng", found === "ng");
      item.classList.toggle("answered", found !== "");
      if ("number" in item.dataset) {
        item.classList.add("judging");
        tell(item.querySelector(".judged"), found);
      }
      done += found !== "";
    }
    form.querySelector("[data-done]").textContent = String(done);
    const who = form.querySelector("[name=employee]:checked");
    if (who) {
      form.querySelector("[data-who-name]").textContent = who.dataset.name;
      for (const one of form.querySelectorAll("[data-gate]")) one.hidden = one.dataset.gate !== who.value;
      for (const one of form.querySelectorAll("[data-checked-person]")) {
        one.value = who.value;
        one.nextElementSibling.textContent = who.dataset.name;
      }
    }
  }

  // ---- the number pad

  const pad = document.getElementById("pad");
  let padItem = null;

  function show() {
    pad.querySelector(".pad-value").textContent = reading(padItem).value;
    tell(pad.querySelector(".pad-judged"), judge(padItem, reading(padItem).value));
  }

  function openPad(item) {
    padItem = item;
    pad.querySelector(".pad-question").textContent =
      `${item.querySelector(".q-text").textContent}  ${item.querySelector(".q-standard")?.firstChild?.textContent ?? ""}`;
    show();
    if (!pad.open) pad.showModal();
  }

  if (matchMedia("(pointer: coarse), (max-width: 767.98px)").matches) {
    for (const item of items.filter((one) => "number" in one.dataset)) {
      reading(item).setAttribute("inputmode", "none");
      reading(item).addEventListener("click", () => openPad(item));
    }
  }
  pad.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-key]")?.dataset.key;
    if (!pressed || !padItem) return;
    if (pressed === "done") { pad.close(); return; }
    const field = reading(padItem);
    if (pressed === "back") field.value = field.value.slice(0, -1);
    else if (pressed === "-") field.value = field.value.startsWith("-") ? field.value.slice(1) : `-${field.value}`;
    else if (pressed !== "." || !field.value.includes(".")) field.value += pressed;
    show();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  pad.addEventListener("keydown", (event) => {
    const named = { Backspace: "back", Enter: "done" }[event.key] ?? event.key;
    const button = pad.querySelector(`[data-key="${CSS.escape(named)}"]`);
    if (button && event.target.dataset.key !== named) { event.preventDefault(); button.click(); }
  });

  // ---- photos: shrunk here, so that a weak connection carries them

  async function shrunk(file) {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", QUALITY);
  }

  function blobOf(address) {
    const bytes = atob(address.split(",")[1]);
    return new Blob([Uint8Array.from(bytes, (letter) => letter.charCodeAt(0))], { type: "image/jpeg" });
  }

  function showPhoto(name, address) {
    const seen = form.elements[name]?.closest(".photo")?.querySelector(".photo-seen");
    if (!seen) return;
    seen.src = address;
    seen.hidden = false;
  }

  for (const field of form.querySelectorAll(".photo-file")) {
    field.addEventListener("change", async () => {
      if (!field.files.length) return;
      const fault = field.closest("[data-item]").querySelector(".q-fault");
      try {
        photos.set(field.name, await shrunk(field.files[0]));
        showPhoto(field.name, photos.get(field.name));
        fault.hidden = true;
        keep();
      } catch {
        fault.textContent = words.no_photo;
        fault.hidden = false;
      }
    });
  }

  // ---- the draft: on this phone, with the form's token, so that a reload sends the same record

  function keep() {
    if (!isReal) return;
    const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
    const draft = { at: Date.now(), fields, photos: [...photos], waiting: isWaiting };
    try { localStorage.setItem(key, JSON.stringify(draft)); }
    catch {
      try { localStorage.setItem(key, JSON.stringify({ ...draft, photos: [] })); } catch { /* full: the page itself still holds it */ }
    }
  }

  function drop() { try { localStorage.removeItem(key); } catch { /* nothing is kept there */ } }

  function restore() {
    let draft = null;
    try { draft = JSON.parse(localStorage.getItem(key) || "null"); } catch { /* not ours */ }
    if (!draft) return false;
    for (const field of form.querySelectorAll("input[type=radio], input[type=checkbox]")) field.checked = false;
    for (const [name, value] of draft.fields) {
      const found = form.elements[name];
      if (!found) continue;
      if (found instanceof RadioNodeList) {
        const radio = [...found].find((one) => one.value === value);
        if (radio) radio.checked = true;
      } else if (found.type === "radio" || found.type === "checkbox") found.checked = found.value === value;
      else found.value = value;
    }
    for (const [name, address] of draft.photos) {
      photos.set(name, address);
      showPhoto(name, address);
    }
    isWaiting = Boolean(draft.waiting);
    say(words.restored.replace("%s", new Date(draft.at).toLocaleString(document.documentElement.lang)), words.discard, () => {
      drop();
      location.reload();
    });
    return true;
  }

  function say(text, label = "", act = null) {
    state.textContent = text;
    if (!act) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn" });
    button.textContent = label;
    button.addEventListener("click", act);
    state.append(button);
  }

  // ---- sending

  function missing() {
    let first = null;
    let count = 0;
    for (const item of items) {
      const fault = item.querySelector(".q-fault");
      const lacksPhoto = verdict(item) === "ng" && "photoIfNg" in item.dataset && !photos.has(`photo-${item.dataset.item}`);
      const told = verdict(item) === "" ? " " : lacksPhoto ? words.photo : "";
      fault.hidden = !told.trim();
      fault.textContent = told.trim();
      item.classList.toggle("wanting", Boolean(told));
      if (!told) continue;
      count += 1;
      first ??= item;
    }
    if (!first) return false;
    say(words.missing.replace("%s", String(count)));
    first.scrollIntoView({ block: "center" });
    first.querySelector("input, button")?.focus({ preventScroll: true });
    return true;
  }

  function wrong(answer) {
    let first = null;
    for (const [name, text] of Object.entries(answer.faults ?? {})) {
      const fault = document.getElementById(name)?.querySelector?.(".q-fault");
      if (!fault) continue;
      fault.textContent = text;
      fault.hidden = false;
      first ??= fault;
    }
    say(answer.message || words.failed);
    first?.closest("[data-item]").scrollIntoView({ block: "center" });
  }

  async function send() {
    if (isSending) return;
    isSending = true;
    const sent = new FormData(form);
    for (const [name, address] of photos) sent.set(name, blobOf(address), `${name}.jpg`);
    for (const [name, value] of [...sent]) if (value instanceof File && !value.size) sent.delete(name);
    say(words.sending);
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" } });
      const said = await answer.json().catch(() => ({}));
      isWaiting = false;
      if (answer.ok && said.url) { drop(); location.assign(said.url); return; }
      keep();
      if (answer.status === 401) say(words.signed_out, words.sign_in, () => location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`));
      else if (answer.status === 400) say(words.stale, words.reload, () => location.reload());
      else if (answer.status >= 500) later();
      else wrong(said);
    } catch { later(); }
    finally { isSending = false; }
  }

  function later() {
    isWaiting = true;
    keep();
    say(words.offline);
    setTimeout(() => { if (isWaiting) send(); }, AGAIN_AFTER);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (!isReal || missing()) return;
    form.elements.made_at.value ||= new Date().toISOString();
    keep();
    send();
  });
  window.addEventListener("online", () => { if (isWaiting) send(); });
  form.addEventListener("input", () => { look(); keep(); });
  form.addEventListener("change", (event) => {
    if (event.target.name === "employee") event.target.closest("details").open = false;
    look();
    keep();
  });
  if (isReal && restore() && isWaiting) send();
  look();
}
