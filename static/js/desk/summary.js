// The texts of a summary are saved while somebody writes; what could not be sent is sent again. What somebody else wrote
// meanwhile is not overwritten: the server refuses the text, and the button “Save” shows both.

/**
 * @typedef {{texts: Record<string, {id: number, text: string}>, problems: Record<string, string>}} SaveAnswer
 */

const WAIT = 1500; // milliseconds after the last key
const AGAIN = 5000;

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-autosave]"));
const state = document.querySelector("[data-autosave-state]");
/** @type {Set<HTMLTextAreaElement>} */
const unsaved = new Set();
/** @type {Map<string, string>} What this page sent last, by section. */
const sent = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {Promise<void> | undefined} */
let saving;

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

/** One at a time: the next one names the text that the one before has written. */
async function save() {
  if (saving) {
    plan(WAIT);
    return;
  }
  if (form && unsaved.size > 0) {
    saving = send(form);
    await saving;
    saving = undefined;
  }
}

/** @param {HTMLFormElement} form */
async function send(form) {
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
    if (![200, 409, 422].includes(answer.status)) {
      throw new Error(String(answer.status));
    }
    take(form, fields, data, /** @type {SaveAnswer} */ (await answer.json()));
  } catch {
    for (const area of fields) {
      sent.set(area.name, textOf(data, area.name));
      unsaved.add(area);
    }
    say(form.dataset.failed ?? "");
    plan(AGAIN);
  }
}

/**
 * @param {FormData} data
 * @param {string} name
 */
const textOf = (data, name) => String(data.get(name) ?? "").replaceAll("\r\n", "\n").trim();

/**
 * @param {HTMLFormElement} form
 * @param {HTMLTextAreaElement[]} fields
 * @param {FormData} data
 * @param {SaveAnswer} answer
 */
function take(form, fields, data, answer) {
  say(Object.values(answer.problems)[0] ?? form.dataset.saved ?? "");
  for (const area of fields) {
    const written = answer.texts[area.name];
    const refused = area.name in answer.problems;
    // An earlier text of this page came through though its answer was lost, and somebody has typed on since.
    const isOurs = written.text === sent.get(area.name);
    const seen = form.elements.namedItem(`seen-${area.name}`);
    if (seen instanceof HTMLInputElement && (isOurs || !refused)) {
      seen.value = String(written.id);
    }
    if (refused) {
      unsaved.add(area);
    }
    if (refused && isOurs) {
      plan(WAIT);
    }
    sent.set(area.name, textOf(data, area.name));
  }
}

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target instanceof HTMLTextAreaElement) {
      unsaved.add(event.target);
      plan(WAIT);
    }
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (saving) {
      event.preventDefault();
      void saving.then(() => {
        form.requestSubmit();
      });
      return;
    }
    unsaved.clear();
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved.size > 0) {
      event.preventDefault();
    }
  });
}

export {};
