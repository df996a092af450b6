// The heartbeat: every half minute the device reports its state and gets the desk's message, lock and the version of its data.

import * as api from "./api.js";
import * as clock from "../base/device-clock.js";
import * as deviceState from "./device-state.js";
import { isHeartbeat } from "./response-shapes.js";
import { version } from "../../browser/app-update.js";
import * as scanQueue from "../storage/scan-queue.js";

/**
 * @typedef {object} Beat how a beat went
 * @property {boolean} online whether the server answered
 * @property {boolean} [news] there is something new to ask for
 * @property {boolean} [gone] the device is out of service
 * @property {string} [detail] the server's sentence
 */

const EVERY = 30_000; // milliseconds
const SOONER = 2000; // after the queue grew or shrank a lot
const MUCH = 25; // scans
const LEAST_APART = 5000;

/** @type {string | null} */
let token = null;
/** @type {(outcome: Beat) => void | Promise<void>} */
let onBeat = () => {};
let timer = 0;
let lastWaiting = 0;
let lastBeat = -Infinity;

async function battery() {
  try {
    // Only some browsers have it, and TypeScript's DOM types do not.
    const { level, charging } = await /** @type {any} */ (navigator).getBattery();
    return { battery: Math.round(level * 100), charging };
  } catch {
    return { battery: null, charging: null };
  }
}

async function state() {
  const { waiting, aside, oldest } = await scanQueue.summary();
  lastWaiting = waiting;
  return {
    waiting,
    aside,
    oldest: oldest === null ? null : clock.stamp(oldest - (clock.skewNow() ?? 0)),
    version,
    ...(await battery()),
  };
}

async function beat() {
  const ownToken = token;
  lastBeat = performance.now();
  schedule(EVERY);
  const body = await state();
  const sentAt = Date.now();
  let outcome;
  try {
    const answer = await api.ask("/api/v1/kiosk/heartbeat", { token: ownToken, body, is: isHeartbeat });
    if (ownToken !== token) return; // the pairing ended meanwhile
    outcome = { online: true, news: await deviceState.takeHeartbeat(answer, sentAt) };
  } catch (error) {
    if (!(error instanceof api.Failed)) throw error;
    outcome = { online: error.status > 0, gone: error.status === 401, detail: error.detail };
  }
  if (ownToken === token) await onBeat(outcome);
}

/**
 * Jitter: devices of one hall must not ask at the same instant.
 * @param {number} pause
 */
function schedule(pause) {
  clearTimeout(timer);
  timer = setTimeout(beat, pause * (0.9 + Math.random() / 5));
}

/**
 * Begin; tell() is called after every beat.
 * @param {string} deviceToken
 * @param {(outcome: Beat) => void | Promise<void>} tell
 */
export function open(deviceToken, tell) {
  token = deviceToken;
  onBeat = tell;
  schedule(EVERY);
}

export function close() {
  token = null;
  clearTimeout(timer);
}

/** Beat now; answers when it is over. */
export function now() {
  return token ? beat() : Promise.resolve();
}

/**
 * The queue has changed: a large change is reported sooner.
 * @param {number} waiting
 */
export function queueIs(waiting) {
  const isMuch = Math.abs(waiting - lastWaiting) >= MUCH || (waiting === 0 && lastWaiting > 0);
  if (token && isMuch && performance.now() - lastBeat > LEAST_APART) schedule(SOONER);
}
