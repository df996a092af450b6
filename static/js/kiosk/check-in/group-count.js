// A group at the door: how many have really come? Asked before the scan is made, because a scan never changes.

import { people, say } from "../base/words.js";

const dialog = document.getElementById("door");
const field = document.getElementById("door-many");
const confirm = document.getElementById("door-confirm");
const complaint = document.getElementById("door-error");
let largest = 999;
let decide = null;

export function isOpen() {
  return dialog.open;
}

/** Ask for the headcount, starting from the likely one. Answers a number, or null when it was cancelled. */
export function ask(declared, likely, limit) {
  largest = limit;
  document.getElementById("door-declared").textContent = say("door_declared", { people: people(declared) });
  set(likely);
  dialog.showModal();
  // The number is not focused: on a tablet the keyboard would cover the question.
  confirm.focus();
  return new Promise((resolve) => {
    decide = resolve;
  });
}

/** The device takes no scans any more: nobody is let in by a question that was still open. */
export function dismiss() {
  finish(null);
}

/** Another code was shown meanwhile. */
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

function set(number) {
  field.value = String(Math.min(Math.max(number, 1), largest));
  drawWords();
}

function finish(number) {
  const answer = decide;
  decide = null;
  if (dialog.open) dialog.close();
  answer?.(number);
}

for (const button of dialog.querySelectorAll("[data-by]")) {
  button.addEventListener("click", () => set((value() ?? 1) + Number(button.dataset.by)));
}
// Behind a number that stays there, 43 typed for 45 would be 454.
field.addEventListener("click", () => field.select());
field.addEventListener("input", () => {
  field.value = field.value.normalize("NFKC").replace(/\D/g, "");
  drawWords();
});
document.getElementById("door-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (value()) finish(value());
});
document.getElementById("door-cancel").addEventListener("click", () => finish(null));
dialog.addEventListener("cancel", () => finish(null));
