// The state of the connection in the bar: whether the server answers, how many scans wait, how old the oldest is.

import { byId, icon } from "../base/dom.js";
import * as scanQueue from "../storage/scan-queue.js";
import { clockTime, say } from "../base/words.js";

const MINUTE = 60_000;

let online = true;

/** Whether the server answered the last request. */
export function isOnline() {
  return online;
}

/** @param {boolean} answers */
export function set(answers) {
  online = answers;
}

/** @param {number} since */
function age(since) {
  const minutes = Math.max(0, Math.floor((Date.now() - since) / MINUTE));
  if (minutes < 1) return say("age_now");
  if (minutes < 120) return say("age_minutes", { count: minutes });
  return say("age_hours", { count: Math.floor(minutes / 60) });
}

/**
 * learned: when the device state was last current, in milliseconds.
 * @param {number | null} learned
 * @param {string | undefined} zone
 */
export async function draw(learned, zone) {
  const { waiting, aside, oldest } = await scanQueue.summary();
  const words = [];
  if (!online) words.push(say("line_trying"));
  if (waiting) words.push(say("line_waiting", { count: waiting, age: age(oldest ?? Date.now()) }));
  if (aside) words.push(say("line_aside", { count: aside }));
  if (!online && learned && zone) words.push(say("line_known", { time: clockTime(learned, zone) }));
  if (!words.length) words.push(say("line_clear"));
  const box = byId("line");
  const quiet = online && !waiting && !aside;
  box.dataset.state = quiet ? "clear" : online ? "ok" : "off";
  box.dataset.waiting = String(waiting);
  box.replaceChildren(icon(quiet ? "check" : online ? "upload" : "offline"), words.join(" · "));
  box.hidden = quiet && !zone; // hidden without a pairing, unless scans wait
}
