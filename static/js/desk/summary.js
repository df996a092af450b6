// The texts of a summary are saved while somebody writes, one field at a time; what could not be sent is sent again.

const WAIT = 1500; // milliseconds after the last key
const AGAIN = 5000;

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-autosave]"));
const state = document.querySelector("[data-autosave-state]");
/** @type {Set<HTMLTextAreaElement>} */
const unsaved = new Set();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {number} wait */
function plan(wait) {
  clearTimeout(timer);
  timer = setTimeout(() => void save(), wait);
}

/** @param {string} words */
function say(words) {
  if (state) {
    state.textContent = words;
  }
}

async function save() {
  if (!form || unsaved.size === 0) {
    return;
  }
  const fields = [...unsaved];
  unsaved.clear();
  const data = new FormData(form);
  for (const area of form.querySelectorAll("textarea")) {
    if (!fields.includes(area)) {
      data.delete(area.name);
    }
  }
  data.set("quiet", "1");
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    if (answer.status === 422) {
      say(await answer.text());
      return;
    }
    if (answer.status !== 204) {
      throw new Error(String(answer.status));
    }
    say(form.dataset.saved ?? "");
  } catch {
    for (const area of fields) {
      unsaved.add(area);
    }
    say(form.dataset.failed ?? "");
    plan(AGAIN);
  }
}

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target instanceof HTMLTextAreaElement) {
      unsaved.add(event.target);
      plan(WAIT);
    }
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    unsaved.clear();
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved.size > 0) {
      event.preventDefault();
    }
  });
}

export {};
