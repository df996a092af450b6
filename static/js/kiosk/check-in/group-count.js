// The dialog that asks how many of a group have come. Before the scan is made, because a scan never changes.

import { all, byId } from "../base/dom.js";
import { people, say } from "../base/words.js";

/**
 * @typedef {object} Group
 * @property {number} declared
 * @property {number} inside who of it came before and are still in: then it is asked how many more
 * @property {number} likely
 * @property {number} limit
 */

const dialog = byId("group-count");
const field = byId("group-count-field");
const confirm = byId("group-count-confirm");
const complaint = byId("group-count-error");
let largest = 999;
let inside = 0;
/** @type {((headcount: number | null) => void) | null} */
let decide = null;

export function isOpen() {
  return dialog.open;
}

/**
 * Ask for the headcount. Answers all of the group who are in then, or null when it was cancelled.
 * @param {Group} group
 * @returns {Promise<number | null>}
 */
export function ask(group) {
  inside = group.inside;
  largest = group.limit - inside;
  const title = inside ? say("group_count_title_more", { people: people(inside) }) : say("group_count_title");
  byId("group-count-title").textContent = title;
  byId("group-count-declared").textContent = say("group_count_declared", { people: people(group.declared) });
  field.setAttribute("aria-label", say(inside ? "group_count_field_more" : "group_count_field"));
  set(inside ? group.declared - inside : group.likely);
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
  complaint.textContent = say("group_count_waiting");
}

/** The least number: 0 for a group of which some are already inside. */
function least() {
  return inside ? 0 : 1;
}

function value() {
  const number = Number(field.value);
  return field.value && Number.isInteger(number) && number >= least() && number <= largest ? number : null;
}

/** @param {number} number */
function confirmText(number) {
  if (!inside) return say("group_count_confirm", { people: people(number) });
  const all = inside + number;
  return number ? say("group_count_confirm_more", { more: number, all }) : say("group_count_confirm_none", { all });
}

function drawWords() {
  const number = value();
  complaint.textContent = number === null ? say("group_count_range", { least: least(), most: largest }) : "";
  confirm.textContent = confirmText(number ?? 0);
  confirm.disabled = number === null;
}

/** @param {number} number */
function set(number) {
  field.value = String(Math.min(Math.max(number, least()), largest));
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
  button.addEventListener("click", () => set((value() ?? least()) + Number(button.dataset.by)));
}
// Typing replaces the number.
field.addEventListener("click", () => field.select());
field.addEventListener("input", () => {
  field.value = field.value.normalize("NFKC").replace(/\D/g, "");
  drawWords();
});
byId("group-count-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const number = value();
  if (number !== null) finish(inside + number);
});
byId("group-count-cancel").addEventListener("click", () => finish(null));
dialog.addEventListener("cancel", () => finish(null));
