// The form for an event: rows of dates, a preview as it is typed, and input that survives a crash or a lost session.

import { keepTyped } from "./typed-input.js";

/** @type {HTMLFormElement | null} */
const form = document.querySelector("[data-event-form]");
const PREVIEW_AFTER = 600; // ms without a key

/**
 * As many rows of dates as were typed, before they are put back.
 * @param {HTMLFormElement} into
 * @param {[string, string][]} typed
 */
function addRows(into, typed) {
  const rows = typed.filter(([name]) => name === "session-day").length;
  while (into.querySelectorAll("[data-session]").length < rows) {
    addSession(into);
  }
}

/** @param {HTMLFormElement} into */
function addSession(into) {
  const template = /** @type {HTMLTemplateElement} */ (into.querySelector("[data-session-template]"));
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const number = `js${Date.now()}${Math.floor(Math.random() * 1000)}`;
  for (const element of copy.querySelectorAll("[id], [for]")) {
    for (const name of ["id", "for"]) {
      const value = element.getAttribute(name);
      if (value) {
        element.setAttribute(name, value.replace("session-new", `session-${number}`));
      }
    }
  }
  into.querySelector("[data-sessions]")?.append(copy);
  showParts(into);
}

/**
 * Clock times only where they are asked for, and a way to remove each row but the only one.
 * @param {HTMLFormElement} of
 */
function showParts(of) {
  const rows = of.querySelectorAll("[data-session]");
  for (const row of rows) {
    const part = /** @type {HTMLSelectElement} */ (row.querySelector("[data-part]"));
    for (const clock of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll(".session-clock"))) {
      clock.hidden = part.value !== "";
    }
    /** @type {HTMLElement} */ (row.querySelector("[data-remove-session]")).hidden = rows.length < 2;
  }
}

/** @param {HTMLFormElement} of */
function showPreview(of) {
  const box = of.querySelector("[data-preview-box]");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const draw = async () => {
    try {
      const body = new FormData(of);
      body.delete("picture"); // megabytes that the preview does not show
      const answer = await fetch(of.dataset.preview ?? "", { method: "POST", body });
      if (answer.ok && answer.headers.get("Content-Type")?.startsWith("text/html") && box && !answer.redirected) {
        box.innerHTML = await answer.text();
      }
    } catch {
      // Without a network the last preview stays.
    }
  };
  of.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, PREVIEW_AFTER);
  });
  draw();
}

if (form) {
  const add = /** @type {HTMLElement} */ (form.querySelector("[data-add-session]"));
  add.hidden = false;
  add.addEventListener("click", () => {
    addSession(form);
    /** @type {HTMLElement} */ ([...form.querySelectorAll("[data-session]")].at(-1)?.querySelector("input"))?.focus();
  });
  form.addEventListener("change", () => showParts(form));
  form.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-remove-session]");
    if (button) {
      button.closest("[data-session]")?.remove();
      showParts(form);
      form.dispatchEvent(new Event("input"));
    }
  });
  // After what was typed is put back, too.
  form.addEventListener("input", () => showParts(form));
  showParts(form);
  keepTyped(form, (typed) => addRows(form, typed));
  showPreview(form);
}
