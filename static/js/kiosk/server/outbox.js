// Sends every scan until the server has answered it by its id, with the token of the pairing that it was made in. Retries with
// a growing pause; makes batches smaller where the server fails on them.

import * as api from "./api.js";
import * as clock from "../base/device-clock.js";
import * as pairings from "../storage/pairings.js";
import { isDeviceState, isResults } from "./response-shapes.js";
import * as scanQueue from "../storage/scan-queue.js";
import * as store from "../storage/scan-store.js";
import * as clockRecord from "../storage/clock-record.js";

/**
 * @typedef {object} Outcome of an attempt to send
 * @property {boolean | null} online whether the server answered; null without a request
 * @property {string | null} refused the token of the present pairing, where the server no longer knows it
 * @property {string} detail the server's sentence about that
 * @property {boolean} earlier whether an earlier pairing had something to hand over
 */

const BATCH = 100;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;
const PATIENT = 3; // failures before a batch is made smaller: its content may be the cause
const UNREADABLE = [400, 413, 422];
const ASIDE_EVERY = 3_600_000; // milliseconds
const NO_LONGER = 401;
const FINAL = ["stored", "repeat", "refused"]; // anything else was not stored and is sent again
const SLACK = 50; // milliseconds by which a timer may be early

/** @type {(outcome: Outcome) => void} */
let onDelivery = () => {};
/** @type {Promise<void> | null} */
let running = null;
/** @type {Promise<void> | null} */
let next = null;
/** @type {number | null} */
let timer = null;
let patient = true; // whether the next attempt respects running pauses

/** How it goes with the scans of one pairing. */
class Delivery {
  failures = 0;
  size = BATCH;
  blamed = 0; // scans set aside since the last that was answered
  until = -Infinity; // when its pause is over
  lookedAside = -Infinity;
  refused = false;

  pauses() {
    return this.until - performance.now() > SLACK;
  }

  /** Wait before the next attempt, as long as was asked for at least. */
  backOff(retryAfter = 0) {
    const pause = Math.min(FIRST_PAUSE * 2 ** this.failures, LONGEST_PAUSE);
    this.failures += 1;
    // Jitter: kiosks of one hall must not retry at the same instant.
    this.until = performance.now() + Math.max(retryAfter, pause * (0.75 + Math.random() / 2));
  }

  worked() {
    this.failures = 0;
    this.blamed = 0;
    this.size = Math.min(this.size * 2, BATCH);
  }

  /**
   * A batch that the server cannot read must not block the rest: halve it until the bad scan is alone.
   * @param {StoredScan[]} batch
   */
  async narrow(batch) {
    this.size = Math.ceil(batch.length / 2);
    if (batch.length > 1) return;
    await store.setAside(batch[0].id); // scans go one by one until one is answered
    this.blamed += 1;
  }

  /**
   * Whether this batch has failed so often that it should be smaller. A single scan only after a 500.
   * @param {api.Failed} error
   * @param {StoredScan[]} batch
   */
  stumbled(error, batch) {
    if (this.failures % PATIENT) return false;
    return batch.length > 1 || error.status === 500;
  }
}

/** @type {Map<number, Delivery>} */
const deliveries = new Map(); // by device

/**
 * @param {number} device
 * @returns {Delivery}
 */
function deliveryOf(device) {
  const delivery = deliveries.get(device) ?? new Delivery();
  deliveries.set(device, delivery);
  return delivery;
}

/**
 * Begin. tell() after every attempt.
 * @param {(outcome: Outcome) => void} tell
 */
export function open(tell) {
  onDelivery = tell;
}

/**
 * Whether scans of this device are in a pause after a failure.
 * @param {number} device
 */
export function pausing(device) {
  return deliveryOf(device).pauses();
}

/** @returns {Promise<void>} */
function run() {
  if (!running) {
    running = attempt().finally(() => {
      running = null;
    });
    return running;
  }
  // The failure of the running attempt is reported to its own callers.
  next ??= running.catch(() => {}).then(() => {
    next = null;
    return run();
  });
  return next;
}

/** Send what waits, also where a pause still runs. Answers when an attempt that began after this call is over. */
export function send() {
  patient = false;
  return run();
}

/** Send what waits and may go now. Answers as send() does. */
export function sendInTime() {
  return run();
}

/** A scan was added: send it, unless the server has just failed and the one timer will try again anyway. */
export function nudge() {
  if (timer === null && !running) run();
}

/** The server has answered another request: retry now. */
export function endPauses() {
  for (const delivery of deliveries.values()) delivery.until = -Infinity;
  if (!running) run();
}

async function attempt() {
  clearTimeout(timer ?? 0);
  timer = null;
  const ignorePauses = !patient;
  patient = true;
  const work = () => deliver(ignorePauses);
  // Another tab may be sending: one at a time.
  const outcome = navigator.locks ? await navigator.locks.request("openweek-outbox", work) : await work();
  const unsent = (await owing()).filter(({ waiting, delivery }) => waiting && !delivery.refused);
  const soonest = Math.min(...unsent.map(({ delivery }) => delivery.until));
  if (unsent.length) timer = setTimeout(run, Math.max(0, soonest - performance.now()));
  onDelivery(outcome);
}

async function owing() {
  const pairingsWithToken = (await pairings.owing()).filter(({ token }) => token !== null);
  return pairingsWithToken.map((pairing) => ({ ...pairing, delivery: deliveryOf(pairing.device) }));
}

/** @param {boolean} ignorePauses */
async function deliver(ignorePauses) {
  /** @type {Outcome} */
  const outcome = { online: null, refused: null, detail: "", earlier: false };
  const pairingsToSend = await owing();
  if (pairingsToSend.length && !clock.isSure()) await askTime(pairingsToSend[0].token);
  for (const pairing of pairingsToSend) {
    if (!ignorePauses && pairing.delivery.pauses()) continue;
    const { online, refused = false, detail = "" } = await drain(pairing);
    // The present pairing comes first; its result is the state of the connection.
    outcome.online ??= online;
    if (!pairing.present) outcome.earlier = true;
    else if (refused) Object.assign(outcome, { refused: pairing.token, detail });
  }
  return outcome;
}

/**
 * A device with an unsure clock asks for the time before it sends, so that scans carry the right skew.
 * @param {string | null} token
 */
async function askTime(token) {
  const sentAt = Date.now();
  try {
    const { server_time } = await api.ask("/api/v1/kiosk", { token, is: isDeviceState });
    clock.measure(sentAt, Date.now(), server_time);
    await clockRecord.save();
  } catch (error) {
    if (!(error instanceof api.Failed)) throw error;
  }
}

/**
 * @param {Pairing & {delivery: Delivery}} pairing
 * @returns {Promise<{online: boolean | null, refused?: boolean, detail?: string}>}
 */
async function drain({ device, token, delivery }) {
  delivery.until = -Infinity;
  delivery.refused = false;
  let online = null;
  for (;;) {
    const batch = await scanQueue.waiting(device, delivery.size);
    if (!batch.length) {
      await retryAside(device, token, delivery);
      return { online };
    }
    try {
      const answeredCount = await post(batch, token);
      online = true;
      if (answeredCount) delivery.worked();
      else delivery.backOff();
    } catch (error) {
      if (!(error instanceof api.Failed)) throw error;
      online = error.status > 0;
      if (error.status === NO_LONGER) {
        delivery.refused = true;
        return { online, refused: true, detail: error.detail };
      }
      await failed(error, batch, delivery);
    }
    if (delivery.pauses()) return { online };
  }
}

/**
 * A batch was not answered: make it smaller, or wait. Where every single scan is unreadable, the scans are not the cause.
 * @param {api.Failed} error
 * @param {StoredScan[]} batch
 * @param {Delivery} delivery
 */
async function failed(error, batch, delivery) {
  const unreadable = UNREADABLE.includes(error.status) || (error.tooLarge && batch.length > 1);
  if (!unreadable) delivery.backOff(error.retryAfter);
  if (unreadable || delivery.stumbled(error, batch)) await delivery.narrow(batch);
  if (unreadable && batch.length === 1 && delivery.blamed >= PATIENT) delivery.backOff(error.retryAfter);
}

/**
 * Post a batch. Answers how many scans got a final answer.
 * @param {StoredScan[]} batch
 * @param {string | null} token
 */
async function post(batch, token) {
  const sentAt = Date.now();
  const body = { device_time: clock.stamp(sentAt), scans: batch.map((scan) => scan.body) };
  const answer = await api.ask("/api/v1/scans", { token, body, is: isResults });
  clock.measure(sentAt, Date.now(), answer.server_time);
  const posted = Object.fromEntries(batch.map((scan) => [scan.id, scan.body.shown]));
  const final = answer.results.filter((/** @type {any} */ result) => result?.id in posted && FINAL.includes(result.verdict));
  await store.recordAnswers(final, posted);
  await clockRecord.save();
  return final.length;
}

/**
 * Retry scans that were set aside, one by one and once an hour: the server may have been fixed.
 * @param {number} device
 * @param {string | null} token
 * @param {Delivery} delivery
 */
async function retryAside(device, token, delivery) {
  if (performance.now() - delivery.lookedAside < ASIDE_EVERY) return;
  delivery.lookedAside = performance.now();
  for (const scan of await scanQueue.aside(device)) {
    try {
      await post([scan], token);
    } catch (error) {
      if (!(error instanceof api.Failed)) throw error;
      if (!UNREADABLE.includes(error.status) && error.status !== 500) return;
    }
  }
}
