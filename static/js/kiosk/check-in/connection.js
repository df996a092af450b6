// The line to the server, always on the screen: whether it answers, how much waits, how old the oldest of it is.

import { byId, icon } from "../base/dom.js";
import * as store from "../storage/scan-store.js";
import { clockTime, say } from "../base/words.js";

const MINUTE = 60_000;

let online = true;

/** Whether the server answered when it was last asked. */
export function isOnline() {
  return online;
}

export function set(answers) {
  online = answers;
}

function age(since) {
  const minutes = Math.max(0, Math.floor((Date.now() - since) / MINUTE));
  if (minutes < 1) return say("age_now");
  if (minutes < 120) return say("age_minutes", { count: minutes });
  return say("age_hours", { count: Math.floor(minutes / 60) });
}

/** learned: when the device last heard what it must know, milliseconds; zone: of its campaign. null before pairing. */
export async function draw(learned, zone) {
  const { waiting, aside, oldest } = await store.queue();
  const words = [];
  if (!online) words.push(say("line_trying"));
  if (waiting) words.push(say("line_waiting", { count: waiting, age: age(oldest) }));
  if (aside) words.push(say("line_aside", { count: aside }));
  if (!online && learned && zone) words.push(say("line_known", { time: clockTime(learned, zone) }));
  if (!words.length) words.push(say("line_clear"));
  const box = byId("line");
  const quiet = online && !waiting && !aside;
  box.dataset.state = quiet ? "clear" : online ? "ok" : "off";
  box.dataset.waiting = String(waiting);
  box.replaceChildren(icon(quiet ? "check" : online ? "upload" : "offline"), words.join(" · "));
  box.hidden = quiet && !zone; // a device that is not paired has no line, unless something waits
}
