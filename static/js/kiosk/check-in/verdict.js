// The verdict of a scan over the whole screen: colour, shape, word, sound. It closes by itself or by a touch.

import * as sounds from "../base/sounds.js";
import { byId, element } from "../base/dom.js";
import { clockTime, people, say } from "../base/words.js";

/** @typedef {"good" | "out" | "again" | "undone" | "kept" | "bad"} Kind */
/**
 * @typedef {object} Words
 * @property {string} word
 * @property {string} [who]
 * @property {string} [note]
 */

const PATIENCE = 250; // milliseconds before "checking" is said: most answers are quicker
/** @type {Record<Kind, number>} milliseconds */
const LASTS = { good: 1500, out: 1500, again: 1500, undone: 2500, kept: 2500, bad: 4000 };
const HELD_BACK = ["after_revocation", "revoked_pass", "set_aside"]; // stored, and counted only after a person's review
const DEAF = 400; // milliseconds in which a tap does not close it: a double tap made it
const APART = "\u2003";
/** @type {Record<Kind, sounds.Signal>} */
const SOUND = { good: "good", out: "out", again: "again", undone: "undone", kept: "again", bad: "bad" };

const overlay = byId("verdict");
const spoken = byId("spoken");
let newest = 0;
let timer = 0;
let shownAt = 0;

/**
 * @param {string} id
 * @param {string} [text]
 */
function fill(id, text) {
  const node = byId(id);
  node.textContent = text ?? "";
  node.hidden = !text;
}

/**
 * Group and number; each may wrap to its own line.
 * @param {string} [who]
 */
function drawWho(who) {
  const node = byId("verdict-who");
  node.replaceChildren(...(who ?? "").split(APART).map((part) => element("span", "", part)));
  node.hidden = !who;
}

/**
 * @param {Kind | "wait"} kind
 * @param {Words} words
 */
function put(kind, { word, who, note }) {
  clearTimeout(timer);
  overlay.dataset.kind = kind;
  fill("verdict-word", word);
  drawWho(who);
  // One line per sentence: Chinese wraps anywhere.
  fill("verdict-note", note?.replace(/。(?=.)/g, "。\n"));
  overlay.hidden = false;
  shownAt = performance.now();
}

export function close() {
  clearTimeout(timer);
  overlay.hidden = true;
}

/** A scan begins. Answers the number that show() takes. */
export function begin() {
  newest += 1;
  const number = newest;
  clearTimeout(timer);
  timer = setTimeout(() => number === newest && put("wait", { word: say("checking") }), PATIENCE);
  return number;
}

/**
 * Show a verdict, unless a newer scan has begun; whether it is shown.
 * @param {number} number
 * @param {Kind} kind
 * @param {Words} words
 */
export function show(number, kind, words) {
  if (number !== newest) return false;
  put(kind, words);
  // Cleared first: screen readers do not repeat an unchanged text.
  spoken.textContent = "";
  setTimeout(() => {
    spoken.textContent = [words.word, words.who, words.note].filter(Boolean).join(". ");
  }, 30);
  sounds.signal(SOUND[kind]);
  timer = setTimeout(close, LASTS[kind]);
  return true;
}

/**
 * What this device could not check when it decided by itself; nothing where the server decided.
 * @param {{own?: boolean, unchecked?: string[]}} answer
 */
function caveat({ own, unchecked = [] }) {
  return own ? say(["offline", ...unchecked].join("_")) : "";
}

/**
 * How an answer is shown. group: its name, or "". answer: the server's, or with own: true this device's.
 * @param {Answer & {own?: boolean}} answer
 * @param {string} group
 * @param {string} zone
 * @param {ScanBody} body
 * @param {string | null} [taken] what an undo took back, in words
 * @returns {[Kind, Words]}
 */
export function describe(answer, group, zone, body, taken = null) {
  const { headcount = 1 } = answer;
  const count = headcount > 1 ? people(headcount).replaceAll(" ", "\u00a0") : "";
  const who = [group, count].filter(Boolean).join(APART);
  if (!answer.verdict) return ["kept", { word: say("kept"), who, note: say(`${answer.reason}_note`) }];
  if (answer.verdict === "refused") {
    const note = answer.own ? say(`reason_${answer.reason}`) : answer.message;
    return ["bad", { word: say("refused"), who: "", note }];
  }
  if (answer.flags?.some((flag) => HELD_BACK.includes(flag))) {
    return ["kept", { word: say("kept_held"), who, note: answer.message }];
  }
  if (body.kind === "undo") return ["undone", { word: taken ?? say("undone"), note: caveat(answer) }];
  return accepted(answer, who, zone, body);
}

/**
 * @param {Answer & {own?: boolean}} answer
 * @param {string} who
 * @param {string} zone
 * @param {ScanBody} body
 * @returns {[Kind, Words]}
 */
function accepted(answer, who, zone, { kind, direction }) {
  const note = caveat(answer);
  const stored = answer.verdict === "stored";
  if (direction === "out" && stored) return ["out", { word: say("went_out"), who, note }];
  if (direction === "out") return ["again", { word: say("out_already"), who, note }];
  if (kind === "touch" && stored) return ["good", { word: say("stored"), who, note: note || say("thanks") }];
  if (stored) return ["good", { word: say("stored"), who, note }];
  if (answer.flags?.includes("reentry")) return ["good", { word: say("reentry"), who, note }];
  const since = answer.since ? say("repeat_since", { time: clockTime(answer.since, zone) }) : say("repeat");
  return ["again", { word: since, who, note }];
}

/**
 * What an undo of this scan takes back, in words.
 * @param {StoredScan} target
 * @param {(key: string) => string} groupName
 */
export function takenBack({ answer, about, body }, groupName) {
  const key = answer?.group ?? about.group;
  const group = key ? groupName(key) : say("kind_pass");
  const count = people(answer?.headcount ?? body.headcount ?? 1).replaceAll(" ", "\u00a0");
  return say(body.direction === "out" ? "undone_out" : "undone_what", { group, count });
}

function dismiss() {
  if (performance.now() - shownAt > DEAF && overlay.dataset.kind !== "wait") close();
}

overlay.addEventListener("click", dismiss);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !overlay.hidden) close();
});
