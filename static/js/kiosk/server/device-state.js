// What this device was told: the answer of GET /api/v1/kiosk, kept on the device, and what each heartbeat adds to it.

import * as api from "./api.js";
import * as clock from "../base/device-clock.js";
import { remember } from "../storage/pairings.js";
import { isDeviceState } from "./response-shapes.js";
import * as values from "../storage/device-values.js";
import * as clockRecord from "../storage/clock-record.js";
import { localized, say } from "../base/words.js";

const ON_THE_WAY = 20_000; // milliseconds; longer no question waits for its answer

/** @type {string | null} */
let owner = null; // the token of the pairing that it was told in
/** @type {DeviceState | null} */
let state = null;
/** @type {number | null} */
let learned = null; // when it was last known to be the newest, in milliseconds of the device's clock

export function current() {
  return state;
}

/** The same on the screens of a paired device, which all begin with it. */
export function required() {
  if (state === null) throw new Error("This device is not paired.");
  return state;
}

/** When the device last heard that this is all, in milliseconds; null before. */
export function learnedAt() {
  return learned;
}

async function keep() {
  await clockRecord.save();
  if (owner !== null) await remember(owner, { knowledge: required(), learned });
}

/**
 * Ask the server what this device must know. Throws api.Failed; 401 means that it is out of service.
 * @param {string} token
 */
export async function learn(token) {
  const sentAt = Date.now();
  const payload = await api.ask("/api/v1/kiosk", { token, is: isDeviceState });
  if (token !== owner) throw new api.Failed(0); // another pairing has begun meanwhile
  clock.measure(sentAt, Date.now(), payload.server_time);
  if (isOvertaken(payload)) return state;
  learned = Date.now();
  // insideAt: how many were inside when the question left; what was answered later is not in it.
  state = { ...payload, insideAt: sentAt };
  await keep();
  return state;
}

/**
 * Two questions may be on their way at once; the answer that was given first must not take back the later one.
 * @param {{server_time: string}} payload
 */
function isOvertaken(payload) {
  const behind = state === null ? 0 : Date.parse(state.server_time) - Date.parse(payload.server_time);
  return behind > 0 && behind < ON_THE_WAY; // a server whose clock was set back is heard all the same
}

/**
 * Take in the answer of a heartbeat that left at an instant. Answers whether everything must be learnt anew.
 * @param {Heartbeat} payload
 * @param {number} sentAt
 */
export async function takeHeartbeat(payload, sentAt) {
  clock.measure(sentAt, Date.now(), payload.server_time);
  if (isOvertaken(payload)) return false;
  for (const occurrence of occurrences()) occurrence.inside = payload.inside[occurrence.id] ?? occurrence.inside;
  const { message, locked, server_time } = payload;
  Object.assign(required(), { message, locked, server_time, insideAt: sentAt });
  const news = payload.knowledge !== required().knowledge;
  if (!news) learned = Date.now();
  await keep();
  return news;
}

/**
 * What is kept of the present pairing, which has this token.
 * @param {string} token
 */
export async function recall(token) {
  owner = token;
  const stored = await values.get("knowledge");
  state = isDeviceState(stored) ? stored : null; // else it is asked for again
  learned = (await values.get("learned")) ?? null;
  return state;
}

export function forget() {
  owner = null;
  state = null;
  learned = null;
}

export function zone() {
  return state?.campaign.zone;
}

/** @param {string} scope */
export function may(scope) {
  return Boolean(state?.kiosk.scopes.includes(scope));
}

/**
 * Every sitting of the events that this device serves.
 * @returns {Occurrence[]}
 */
export function occurrences() {
  return required().events.flatMap((event) => event.occurrences);
}

export function openNow(now = clock.trueTime()) {
  return occurrences().filter((occurrence) => occurrence.held && Date.parse(occurrence.opens) <= now && now < Date.parse(occurrence.closes));
}

export function tracksExits() {
  return Boolean(state?.events.some((event) => event.track_exits));
}

/** When the device's time is over, in milliseconds of true time; null: it serves on. */
export function expiry() {
  return state?.kiosk.expires ? Date.parse(state.kiosk.expires) : null;
}

/** Whether it is over by a time that is known: a clock that somebody has set ends no pairing. */
export function expired() {
  return clock.isSure() && clock.trueTime() >= (expiry() ?? Infinity);
}

/** @param {string | null} key */
export function groupOf(key) {
  return required().groups.find((group) => group.key === key);
}

/** @param {number} number */
export function groupKey(number) {
  return required().groups.find((group) => group.number === number)?.key ?? null;
}

/** @param {string} key */
export function groupName(key) {
  const group = groupOf(key);
  return group ? localized(group.name) : say("unknown_group");
}

/** @param {string | null} key */
export function colourOf(key) {
  return groupOf(key)?.colour ?? "group-unknown";
}
