// A USB scanner types like a keyboard, only faster. This tells the two apart, takes the scanner's keys away from the page
// and hands on what a hand pressed. Gaps are taken from event.timeStamp: a busy page delays the handler, not the stamp.

import * as imeField from "./ime-field.js";

const CUT = 250; // milliseconds of silence after which a new text begins; a busy tablet delivers keys in clumps
const FAST = 60; // mean gap up to which it is a machine
const HAND = 80; // milliseconds of silence after which a few keys are a hand's
const LEAST = 4; // characters; fewer are a person's keys
const SHIFTED = { Semicolon: ":", Slash: "?", Minus: "_", Equal: "+", Digit5: "%", Digit7: "&" };
const PLAIN = { Semicolon: ";", Slash: "/", Minus: "-", Equal: "=", Period: ".", Comma: "," };

let characters = [];
let began = 0;
let last = -Infinity;
let fieldBefore = null; // the field that had the focus when the text began, and what stood in it
let composed = false;
let pressed = []; // keys since the last short silence
let timer = null;

/** The character that the key means on a plain keyboard, where an input method hides it. */
function fromPlace({ code, shiftKey }) {
  if (/^Key[A-Z]$/.test(code)) return code[3];
  if (shiftKey && SHIFTED[code]) return SHIFTED[code];
  if (/^(Digit|Numpad)\d$/.test(code)) return code.at(-1);
  return PLAIN[code] ?? null;
}

function characterOf(event) {
  if (/^[\x20-\x7e]$/.test(event.key)) return event.key;
  // Enter, Tab, F5 … have names in ASCII; an input method tells "Process", a full-width sign or a Chinese one.
  const isNamedKey = /^[A-Z][A-Za-z0-9]+$/.test(event.key) && !["Process", "Unidentified"].includes(event.key);
  if (isNamedKey && !event.isComposing) return null;
  composed = true;
  return fromPlace(event);
}

function isField(target) {
  if (imeField.isWedge(target)) return false;
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

function begin(event) {
  characters = [];
  composed = false;
  began = event.timeStamp;
  fieldBefore = isField(event.target) ? { field: event.target, value: event.target.value } : null;
}

function byMachine() {
  return characters.length >= LEAST && (last - began) / (characters.length - 1) <= FAST;
}

/** A few keys and then silence: one hand, or two. A scanner does not stop so soon. */
function byHand(character, event, onHand) {
  if (isField(event.target) || event.repeat) return;
  const flush = () => {
    clearTimeout(timer);
    if (pressed.length < LEAST) pressed.forEach(onHand);
    pressed = [];
  };
  // A busy page brings the timer late, but the stamps are right.
  if (event.timeStamp - last > HAND) flush();
  pressed.push(character);
  clearTimeout(timer);
  timer = setTimeout(flush, HAND);
}

/**
 * Listen on the whole document. onText(text); onInputMethod() when an input method stands between; onHand(character) for
 * keys that a hand pressed outside of fields; isOpen(): whether anything is.
 */
export function listen({ onText, onInputMethod, onHand, isOpen }) {
  const down = (event) => {
    if (!isOpen() || event.ctrlKey || event.altKey || event.metaKey) return;
    const late = event.timeStamp - last > CUT;
    if ((event.key === "Enter" || event.key === "Tab" || event.code === "Enter") && !late && byMachine()) {
      end(event, onText, onInputMethod);
      return;
    }
    if (late) begin(event);
    const character = characterOf(event);
    if (character === null) return;
    if (character === " " && !characters.length) return; // the space bar presses the button that has the focus
    byHand(character, event, onHand);
    characters.push(character);
    last = event.timeStamp;
    // A slash opens a search in some browsers, a space presses a button; fields keep what people type.
    if (!isField(event.target)) event.preventDefault();
  };
  document.addEventListener("keydown", down, { capture: true });
  document.addEventListener("compositionstart", () => isOpen() && onInputMethod(), { capture: true });
}

function end(event, onText, onInputMethod) {
  // Otherwise Enter would press whatever button has the focus.
  event.preventDefault();
  event.stopPropagation();
  const text = characters.join("");
  if (fieldBefore) {
    fieldBefore.field.value = fieldBefore.value;
    fieldBefore.field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  imeField.comesByKeys(event.timeStamp);
  const throughInputMethod = composed;
  clearTimeout(timer);
  pressed = [];
  characters = [];
  composed = false;
  last = -Infinity;
  if (throughInputMethod) onInputMethod();
  onText(text);
}
