// The daily report: steps beside a number, and hours that follow the people until somebody says otherwise.
"use strict";

const form = document.querySelector("[data-check^='report:']");
if (form) {
  const LARGEST = { percent: 100 };
  const hours = form.elements.hours;
  const count = () => form.querySelectorAll("[name=people]:checked").length;
  const usual = () => String(Number(form.dataset.hours) * count());
  let follows = hours.value === usual();

  function set(field, value) {
    field.value = String(value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const field = button.closest(".stepper").querySelector("input");
    const next = (Number(field.value) || 0) + Number(button.dataset.step);
    set(field, Math.max(0, Math.min(LARGEST[field.name] ?? 1e6, Math.round(next * 100) / 100)));
  });
  hours.addEventListener("input", () => { follows = hours.value === usual(); });
  form.addEventListener("change", (event) => {
    if (event.target.name === "people" && follows) { set(hours, usual()); follows = true; }
  });
}
