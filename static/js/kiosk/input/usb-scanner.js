// A USB scanner types like a keyboard, only faster. The two differ by the gaps between keys, taken from
// event.timeStamp: a busy page delays the handler, not the stamp. A text ends with Enter or Tab; without them a whole code ends
// with a pause or with the next code.

import { isWhole, mayGoOn } from "../codes/code-format.js";
import * as imeField from "./ime-field.js";

/**
 * @typedef {object} Listeners
 * @property {(text: string) => void} onText
 * @property {() => void} onInputMethod an input method stands between scanner and page
 * @property {() => void} onUnfinished a machine typed, but neither a whole code nor Enter
 * @property {(character: string) => void} onHand a key that a hand pressed outside of fields
 * @property {() => boolean} isOpen whether scans are taken
 */

const CUT = 250; // milliseconds without a key after which a new text begins
const UNFINISHED = 1000; // milliseconds more, after which half a code is reported
const FAST = 60; // mean gap in milliseconds up to which it is a scanner
const HAND = 80; // milliseconds without a key after which a few keys are a person's
const LEAST = 4; // characters; fewer are typed by a person
const MACHINE_ALONE = 8; // characters at a scanner's speed that are reported where no Enter follows
/** @type {Record<string, string>} */
const SHIFTED = { Semicolon: ":", Slash: "?", Minus: "_", Equal: "+", Digit5: "%", Digit7: "&" };
/** @type {Record<string, string>} */
const PLAIN = { Semicolon: ";", Slash: "/", Minus: "-", Equal: "=", Period: ".", Comma: "," };

/** @type {Listeners} */
let listeners;
/** @type {string[]} */
let characters = [];
let began = 0;
let last = -Infinity;
/** @type {{field: HTMLInputElement | HTMLTextAreaElement, value: string} | null} the field with the focus when the text began */
let fieldBefore = null;
let composed = false;
/** @type {string[]} keys since the last short silence */
let pressed = [];
let handTimer = 0;
let silenceTimer = 0;
let deliveredAt = -Infinity; // when a text without Enter was read last

/**
 * The character by the key's position, where an input method hides it.
 * @param {KeyboardEvent} event
 */
function fromPlace({ code, shiftKey }) {
  if (/^Key[A-Z]$/.test(code)) return code[3];
  if (shiftKey && SHIFTED[code]) return SHIFTED[code];
  if (/^(Digit|Numpad)\d$/.test(code)) return code.at(-1) ?? null;
  return PLAIN[code] ?? null;
}

/** @param {KeyboardEvent} event */
function characterOf(event) {
  if (/^[\x20-\x7e]$/.test(event.key)) return event.key;
  // Enter, Tab, F5 … have names in ASCII; an input method gives "Process" or a non-ASCII character.
  const isNamedKey = /^[A-Z][A-Za-z0-9]+$/.test(event.key) && !["Process", "Unidentified"].includes(event.key);
  if (isNamedKey && !event.isComposing) return null;
  composed = true;
  return fromPlace(event);
}

/**
 * @param {EventTarget | null} target
 * @returns {target is HTMLInputElement | HTMLTextAreaElement}
 */
function isField(target) {
  if (imeField.isImeField(target)) return false;
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

/** @param {KeyboardEvent} event */
function begin(event) {
  characters = [];
  composed = false;
  began = event.timeStamp;
  fieldBefore = isField(event.target) ? { field: event.target, value: event.target.value } : null;
}

function byMachine(least = LEAST) {
  return characters.length >= least && (last - began) / (characters.length - 1) <= FAST;
}

/**
 * Whether a character follows a whole code, and is neither its query nor more of it: two scans without a pause.
 * @param {string} character
 */
function beginsNext(character) {
  const text = characters.join("");
  return isCode() && !mayGoOn(text, character) && !/[?#]|\/$/.test(text + character);
}

/** Whether the text is a code as it stands: at any speed, but in a field, where people type, at a machine's alone. */
function isCode() {
  return (!fieldBefore || byMachine()) && isWhole(characters.join(""));
}

/**
 * Pass keys to onHand where only a few come before a pause.
 * @param {string} character
 * @param {KeyboardEvent} event
 */
function byHand(character, event) {
  if (isField(event.target) || event.repeat) return;
  const flush = () => {
    clearTimeout(handTimer);
    if (pressed.length < LEAST) pressed.forEach(listeners.onHand);
    pressed = [];
  };
  // The timer may be late on a busy page.
  if (event.timeStamp - last > HAND) flush();
  pressed.push(character);
  clearTimeout(handTimer);
  handTimer = setTimeout(flush, HAND);
}

/** Hand on the text that ended at a stamp; the field that it was typed into gets back what stood in it. */
function deliver(stamp = last) {
  const text = characters.join("");
  if (fieldBefore) {
    fieldBefore.field.value = fieldBefore.value;
    fieldBefore.field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  imeField.comesByKeys(stamp);
  const throughInputMethod = composed;
  reset();
  if (throughInputMethod) listeners.onInputMethod();
  listeners.onText(text);
}

function reset() {
  clearTimeout(handTimer);
  clearTimeout(silenceTimer);
  pressed = [];
  characters = [];
  composed = false;
  last = -Infinity;
}

/** No key came for a while, and no Enter: whole codes are read all the same. */
function silence() {
  if (isCode()) {
    deliveredAt = performance.now();
    deliver();
  } else {
    silenceTimer = setTimeout(unfinished, UNFINISHED); // keys may still be queued on a busy page
  }
}

function unfinished() {
  if (!fieldBefore && byMachine(MACHINE_ALONE)) listeners.onUnfinished();
  reset();
}

/** @param {KeyboardEvent} event */
function isEnd({ key, code }) {
  return key === "Enter" || key === "Tab" || code === "Enter";
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (!listeners.isOpen() || event.ctrlKey || event.altKey || event.metaKey) return;
  const late = event.timeStamp - last > CUT;
  if (isEnd(event)) {
    const ends = !late && (byMachine() || isCode());
    // Enter would press the focused button.
    if (ends || event.timeStamp - deliveredAt <= CUT) {
      event.preventDefault();
      event.stopPropagation();
    }
    if (ends) deliver(event.timeStamp);
    return;
  }
  const character = characterOf(event);
  if (character && !late && beginsNext(character)) {
    deliver();
    begin(event);
  } else if (late) {
    if (isCode()) deliver();
    begin(event);
  }
  if (character === null) return;
  if (character === " " && !characters.length) return; // the space bar presses the focused button
  byHand(character, event);
  characters.push(character);
  last = event.timeStamp;
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(silence, CUT);
  // Outside of fields a slash may open the browser's search, and a space would press a button.
  if (!isField(event.target)) event.preventDefault();
}

/**
 * Listen on the whole document.
 * @param {Listeners} callbacks
 */
export function listen(callbacks) {
  listeners = callbacks;
  document.addEventListener("keydown", onKey, { capture: true });
  document.addEventListener("compositionstart", () => listeners.isOpen() && listeners.onInputMethod(), { capture: true });
}
