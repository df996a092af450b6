// The dialog that asks how many of a group have come. Before the scan is made, because a scan never changes.

import { all, byId } from "../base/dom.js";
import { people, say } from "../base/words.js";

const dialog = byId("door");
const field = byId("door-many");
const confirm = byId("door-confirm");
const complaint = byId("door-error");
let largest = 999;
/** @type {((headcount: number | null) => void) | null} */
let decide = null;

export function isOpen() {
  return dialog.open;
}

/**
 * Ask for the headcount. Answers a number, or null when it was cancelled.
 * @param {number} declared
 * @param {number} likely
 * @param {number} limit
 * @returns {Promise<number | null>}
 */
export function ask(declared, likely, limit) {
  largest = limit;
  byId("door-declared").textContent = say("door_declared", { people: people(declared) });
  set(likely);
  dialog.showModal();
  // Not the number: on a tablet the keyboard would cover the dialog.
  confirm.focus();
  return new Promise((resolve) => {
    decide = resolve;
  });
}

/** Cancel: the device takes no scans any more. */
export function dismiss() {
  finish(null);
}

/** Another code was shown: say that it has to wait. */
export function remind() {
  complaint.textContent = say("door_waiting");
}

function value() {
  const number = Number(field.value);
  return Number.isInteger(number) && number >= 1 && number <= largest ? number : null;
}

function drawWords() {
  const number = value();
  complaint.textContent = number ? "" : say("door_range", { most: largest });
  confirm.textContent = say("door_confirm", { people: people(number ?? 0) });
  confirm.disabled = !number;
}

/** @param {number} number */
function set(number) {
  field.value = String(Math.min(Math.max(number, 1), largest));
  drawWords();
}

/** @param {number | null} number */
function finish(number) {
  const answer = decide;
  decide = null;
  if (dialog.open) dialog.close();
  answer?.(number);
}

for (const button of all("[data-by]", dialog)) {
  button.addEventListener("click", () => set((value() ?? 1) + Number(button.dataset.by)));
}
// Typing replaces the number.
field.addEventListener("click", () => field.select());
field.addEventListener("input", () => {
  field.value = field.value.normalize("NFKC").replace(/\D/g, "");
  drawWords();
});
byId("door-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (value()) finish(value());
});
byId("door-cancel").addEventListener("click", () => finish(null));
dialog.addEventListener("cancel", () => finish(null));
