// What this device was told: the answer of GET /api/v1/kiosk, kept on the device, and what each heartbeat adds to it.

import * as api from "./api.js";
import * as clock from "../base/device-clock.js";
import { remember } from "../storage/pairings.js";
import { isKnowledge } from "./response-shapes.js";
import * as store from "../storage/scan-store.js";
import * as timekeeping from "../storage/clock-record.js";
import { named, say } from "../base/words.js";

const ON_THE_WAY = 20_000; // milliseconds; longer no question waits for its answer

let owner = null; // the token of the pairing that it was told in
let known = null;
let learned = null; // when it was last known to be the newest, in milliseconds of the device's clock

export function knowledge() {
  return known;
}

/** When the device last heard that this is all, in milliseconds; null before. */
export function learnedAt() {
  return learned;
}

async function keep() {
  await timekeeping.note();
  await remember(owner, { knowledge: known, learned });
}

/** Ask the server what this device must know. Throws api.Failed; 401 means that it is out of service. */
export async function learn(token) {
  const left = Date.now();
  const told = await api.ask("/api/v1/kiosk", { token, is: isKnowledge });
  if (token !== owner) throw new api.Failed(0); // another pairing has begun meanwhile
  clock.measure(left, Date.now(), told.server_time);
  if (overtaken(told)) return known;
  learned = Date.now();
  // insideAt: how many were inside when the question left; what was answered later is not in it.
  known = { ...told, insideAt: left };
  await keep();
  return known;
}

/** Two questions may be on their way at once; the answer that was given first must not take back the later one. */
function overtaken(told) {
  const behind = known === null ? 0 : Date.parse(known.server_time) - Date.parse(told.server_time);
  return behind > 0 && behind < ON_THE_WAY; // a server whose clock was set back is heard all the same
}

/** Take in the answer of a heartbeat that left at an instant. Answers whether everything must be learnt anew. */
export async function hear(told, left) {
  clock.measure(left, Date.now(), told.server_time);
  if (overtaken(told)) return false;
  for (const sitting of sittings()) sitting.inside = told.inside[sitting.id] ?? sitting.inside;
  const { message, locked, server_time } = told;
  Object.assign(known, { message, locked, server_time, insideAt: left });
  const news = told.knowledge !== known.knowledge;
  if (!news) learned = Date.now();
  await keep();
  return news;
}

/** What is kept of the present pairing, which has this token. */
export async function recall(token) {
  owner = token;
  const kept = await store.get("knowledge");
  known = isKnowledge(kept) ? kept : null; // else it is asked for again
  learned = (await store.get("learned")) ?? null;
  return known;
}

export function forget() {
  owner = null;
  known = null;
  learned = null;
}

export function zone() {
  return known?.campaign.zone;
}

export function may(scope) {
  return Boolean(known?.kiosk.scopes.includes(scope));
}

/** Every sitting of the events that this device serves. */
export function sittings() {
  return known.events.flatMap((event) => event.occurrences);
}

export function openNow(now = clock.trueTime()) {
  return sittings().filter((one) => one.held && Date.parse(one.opens) <= now && now < Date.parse(one.closes));
}

export function tracksExits() {
  return Boolean(known?.events.some((event) => event.track_exits));
}

/** When the device's time is over, in milliseconds of true time; null: it serves on. */
export function expiry() {
  return known?.kiosk.expires ? Date.parse(known.kiosk.expires) : null;
}

/** Whether it is over by a time that is known: a clock that somebody has set ends no pairing. */
export function expired() {
  return expiry() !== null && clock.isSure() && clock.trueTime() >= expiry();
}

export function groupOf(key) {
  return known.groups.find((group) => group.key === key);
}

export function groupKey(number) {
  return known.groups.find((group) => group.number === number)?.key ?? null;
}

export function groupName(key) {
  const group = groupOf(key);
  return group ? named(group.name) : say("unknown_group");
}

export function colourOf(key) {
  return groupOf(key)?.colour ?? "group-unknown";
}
