// The second path of a USB scanner: an input method may give the page no keys at all, only composed text, and that only to a
// field. So a field that nobody sees has the focus while nothing else has it.

import { byId } from "../base/dom.js";
import { isWhole } from "../codes/code-format.js";

const QUIET = 250; // milliseconds of silence after which a text is complete, where no Enter comes
const FAST = 60; // mean milliseconds a character up to which it is a machine
const LEAST = 4; // characters

const field = byId("wedge");
let began = 0;
let last = 0;
let timer = 0;
let ignoreUntil = -Infinity; // until then what is composed has come by its keys already; as the stamps of events

/** @param {EventTarget | null} target */
export function isWedge(target) {
  return target === field;
}

function clear() {
  clearTimeout(timer);
  field.value = "";
}

/**
 * The same text came by its keys, the last of them at a stamp: what an input method makes of it comes after.
 * @param {number} stamp
 */
export function comesByKeys(stamp) {
  ignoreUntil = stamp + QUIET;
  clear();
}

/**
 * onText(text) for every text that a machine composed; onInputMethod(): an input method stands between; isOpen(): whether
 * scans are taken.
 * @param {{onText: (text: string) => void, onInputMethod: () => void, isOpen: () => boolean}} callbacks
 */
export function listen({ onText, onInputMethod, isOpen }) {
  const take = () => {
    const text = field.value.trim();
    const byMachine = text.length >= LEAST && (last - began) / (text.length - 1) <= FAST;
    clear();
    if (!(byMachine || isWhole(text)) || !isOpen()) return;
    onInputMethod();
    onText(text);
  };
  field.addEventListener("input", ({ timeStamp }) => {
    if (timeStamp <= ignoreUntil) {
      clear();
      return;
    }
    if (timeStamp - last > QUIET) began = timeStamp;
    last = timeStamp;
    clearTimeout(timer);
    timer = setTimeout(take, QUIET);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !field.value) return;
    event.preventDefault();
    take();
  });
  const hold = () => {
    const free = document.activeElement === document.body && !document.querySelector("dialog[open]");
    if (free && isOpen()) field.focus({ preventScroll: true });
  };
  // Whatever lets go of the focus leaves it to nobody.
  for (const gone of ["focusout", "close"]) document.addEventListener(gone, () => setTimeout(hold), { capture: true });
  addEventListener("focus", hold);
  return hold;
}
