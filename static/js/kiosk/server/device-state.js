// The state of this device as the server gave it: the answer of GET /api/v1/kiosk, stored, and updated by each heartbeat.

import * as api from "./api.js";
import * as clock from "../base/device-clock.js";
import { remember } from "../storage/pairings.js";
import { isDeviceState } from "./response-shapes.js";
import * as values from "../storage/device-values.js";
import * as clockRecord from "../storage/clock-record.js";
import { localized, say } from "../base/words.js";

const ON_THE_WAY = 20_000; // milliseconds; no request takes longer

/** @type {string | null} */
let owner = null; // the token of its pairing
/** @type {DeviceState | null} */
let state = null;
/** @type {number | null} */
let learned = null; // when it was last known to be current, in milliseconds of the device's clock

export function current() {
  return state;
}

/** The same where it must be there: on the screens of a paired device. */
export function required() {
  if (state === null) throw new Error("This device is not paired.");
  return state;
}

/** When it was last known to be current, in milliseconds; null before. */
export function learnedAt() {
  return learned;
}

async function keep() {
  await clockRecord.save();
  if (owner !== null) await remember(owner, { knowledge: required(), learned });
}

/**
 * Fetch the state. Throws api.Failed; status 401: the device is out of service.
 * @param {string} token
 */
export async function learn(token) {
  const sentAt = Date.now();
  const payload = await api.ask("/api/v1/kiosk", { token, is: isDeviceState });
  if (token !== owner) throw new api.Failed(0); // another pairing began meanwhile
  clock.measure(sentAt, Date.now(), payload.server_time);
  if (isOvertaken(payload)) return state;
  learned = Date.now();
  // insideAt: scans that were answered after this instant are not in the counts of heads inside.
  state = { ...payload, insideAt: sentAt };
  await keep();
  return state;
}

/**
 * Two requests may be in flight; an older answer must not overwrite a newer one.
 * @param {{server_time: string}} payload
 */
function isOvertaken(payload) {
  const behind = state === null ? 0 : Date.parse(state.server_time) - Date.parse(payload.server_time);
  return behind > 0 && behind < ON_THE_WAY; // further back: the server's clock was set back, so accept it
}

/**
 * Apply a heartbeat's answer. Answers whether the whole state must be fetched anew.
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
 * Read the stored state of the present pairing, which has this token.
 * @param {string} token
 */
export async function recall(token) {
  owner = token;
  const stored = await values.get("knowledge");
  state = isDeviceState(stored) ? stored : null; // else it is fetched anew
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
 * The occurrences of all events that this device serves.
 * @returns {Occurrence[]}
 */
export function occurrences() {
  return required().events.flatMap((event) => event.occurrences);
}

export function openNow(now = clock.trueTime()) {
  return occurrences().filter(({ held, opens, closes }) => held && Date.parse(opens) <= now && now < Date.parse(closes));
}

export function tracksExits() {
  return Boolean(state?.events.some((event) => event.track_exits));
}

/** When the pairing ends, in milliseconds of true time; null: never. */
export function expiry() {
  return state?.kiosk.expires ? Date.parse(state.kiosk.expires) : null;
}

/** Whether the pairing has ended. Not while the clock is unsure: a clock set by hand ends no pairing. */
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
