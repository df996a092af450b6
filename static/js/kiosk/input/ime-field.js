// The second path of a USB scanner: an input method may give the page no keys, only composed text in a field. So an invisible
// field has the focus while nothing else has it.

import { byId } from "../base/dom.js";
import { isWhole } from "../codes/code-format.js";

const QUIET = 250; // milliseconds without input after which a text is complete
const FAST = 60; // mean milliseconds per character up to which it is a scanner
const LEAST = 4; // characters

const field = byId("scanner-input");
let began = 0;
let last = 0;
let timer = 0;
let ignoreUntil = -Infinity; // event stamp up to which composed text repeats what came as keys

/** @param {EventTarget | null} target */
export function isImeField(target) {
  return target === field;
}

function clear() {
  clearTimeout(timer);
  field.value = "";
}

/**
 * A text came as keys; the input method's version of it follows and is ignored.
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
  // Take the focus back once nothing else has it.
  for (const gone of ["focusout", "close"]) document.addEventListener(gone, () => setTimeout(hold), { capture: true });
  addEventListener("focus", hold);
  return hold;
}
