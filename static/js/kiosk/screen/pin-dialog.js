// The PIN dialog. Where a PIN is set, leaving the touch mode, tally, exit, menu, undo and ending the pairing ask for it;
// scanning does not. The desk removes a forgotten PIN by locking and unlocking the device.

import { byId, closest, icon, setText } from "../base/dom.js";
import * as pinHash from "../storage/pin-hash.js";
import { say } from "../base/words.js";

/**
 * @typedef {object} Question
 * @property {string} title the name of a sentence
 * @property {string} note
 * @property {(pin: string) => string | Promise<string>} take answers a complaint, or ""
 */

const OPEN_FOR = 60_000; // milliseconds without being asked again
const FORGOTTEN = 20_000; // milliseconds after which the dialog closes by itself
const MOST = 6;

let openUntil = -Infinity;
/** @type {((answer: boolean) => void) | null} */
let decide = null;
/** @type {Question | null} */
let question = null;
let timer = 0;

/** The padlock in the bar: closed where the PIN would be asked for. */
export function draw() {
  const button = byId("padlock");
  button.hidden = !pinHash.isSet();
  const open = isOpen();
  button.dataset.label = open ? "lock_now" : "unlock";
  button.setAttribute("aria-label", say(button.dataset.label));
  button.setAttribute("aria-pressed", String(!open));
  button.replaceChildren(icon(open ? "unlock" : "lock"));
  document.body.classList.toggle("pinned", pinHash.isSet() && !open);
}

function isOpen() {
  return !pinHash.isSet() || performance.now() < openUntil;
}

/** @param {number} milliseconds */
function openFor(milliseconds) {
  openUntil = performance.now() + milliseconds;
  draw();
  setTimeout(draw, milliseconds + 50);
}

export function lock() {
  openUntil = -Infinity;
  draw();
}

/** Answers true where no PIN is set, it was entered lately, or it is entered now. */
export async function requireStaff() {
  // Before the first await: the dialog must have the focus when the click's handler returns, or the first digit is lost.
  /** @type {boolean | Promise<boolean> | null} */
  let answer = isOpen() ? null : askPin();
  // Another tab may have set or removed the PIN.
  await pinHash.recall();
  draw();
  if (answer && !pinHash.isSet()) finish(true);
  answer ??= isOpen() || askPin();
  const right = await answer;
  if (right && pinHash.isSet()) openFor(OPEN_FOR);
  return right;
}

function askPin() {
  return ask({ title: "pin_title", note: "pin_note", take: tryPin });
}

/** @param {string} typed */
async function tryPin(typed) {
  await pinHash.recall();
  if (!pinHash.isSet()) return "";
  const pause = await pinHash.wait();
  if (pause) return say("pin_wait", { count: Math.ceil(pause / 1000) });
  if (await pinHash.check(typed)) return "";
  const next = await pinHash.wait();
  return next ? `${say("pin_wrong")} ${say("pin_wait", { count: Math.ceil(next / 1000) })}` : say("pin_wrong");
}

/** Set a PIN, entered twice. Answers whether it was set. */
export async function setNewPin() {
  let first = "";
  const once = await ask({
    title: "pin_new",
    note: "pin_new_note",
    take(typed) {
      first = typed;
      return "";
    },
  });
  if (!once) return false;
  /** @param {string} typed */
  const take = (typed) => (typed === first ? "" : say("pin_differs"));
  if (!(await ask({ title: "pin_again", note: "pin_new_note", take }))) return false;
  await pinHash.set(first);
  openFor(OPEN_FOR);
  return true;
}

/**
 * @param {Question} newQuestion
 * @returns {Promise<boolean>}
 */
function ask(newQuestion) {
  finish(false);
  question = newQuestion;
  byId("pin-name").textContent = say(newQuestion.title);
  setText(byId("pin-note"), say(newQuestion.note));
  fill("");
  complain("");
  byId("pin").showModal();
  byId("pin-digits").focus();
  restartTimer();
  return new Promise((resolve) => {
    decide = resolve;
  });
}

/** Another visitor comes first. */
export function dismiss() {
  finish(false);
}

/** @param {boolean} answer */
function finish(answer) {
  clearTimeout(timer);
  const resolve = decide;
  decide = null;
  fill("");
  if (byId("pin").open) byId("pin").close();
  resolve?.(answer);
}

function restartTimer() {
  clearTimeout(timer);
  timer = setTimeout(finish, FORGOTTEN, false);
}

/** @param {string} sentence */
function complain(sentence) {
  byId("pin-error").textContent = sentence;
}

/** @param {string} digits */
function fill(digits) {
  byId("pin-digits").value = digits.replace(/\D/g, "").slice(0, MOST);
}

async function submit() {
  const typed = byId("pin-digits").value;
  fill("");
  if (!pinHash.wellFormed(typed)) {
    complain(say("pin_form"));
    return;
  }
  const complaint = await question?.take(typed);
  if (complaint) complain(complaint);
  else finish(true);
}

export function listen() {
  byId("pin-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  byId("pin-digits").addEventListener("input", () => {
    fill(byId("pin-digits").value.normalize("NFKC"));
    complain("");
    restartTimer();
  });
  byId("pin-pad").addEventListener("click", (event) => {
    const { digit } = closest(event, "button")?.dataset ?? {};
    if (digit === undefined) return;
    fill(digit === "back" ? byId("pin-digits").value.slice(0, -1) : byId("pin-digits").value + digit);
    complain("");
    restartTimer();
  });
  byId("pin-cancel").addEventListener("click", () => finish(false));
  byId("pin").addEventListener("cancel", () => finish(false));
  byId("padlock").addEventListener("click", () => (isOpen() ? lock() : requireStaff()));
}
