// The PIN of this device: four to six digits, stored as a salted hash. Wrong tries are slowed down, also across restarts.

import { hex } from "../../browser/digests.js";
import * as values from "./device-values.js";

const ROUNDS = 210_000;
const FREE = 3; // tries without a wait
const FIRST_WAIT = 5000;
const LONGEST_WAIT = 300_000;

/** @type {{salt: Uint8Array<ArrayBuffer>, hash: string, rounds: number} | null} */
let stored = null; // {salt, hash, rounds}

export function possible() {
  return Boolean(globalThis.crypto?.subtle);
}

export function isSet() {
  return stored !== null;
}

/**
 * Whether it is four to six digits.
 * @param {string} pin
 */
export function wellFormed(pin) {
  return /^\d{4,6}$/.test(pin);
}

/**
 * @param {string} pin
 * @param {Uint8Array<ArrayBuffer>} salt
 * @param {number} rounds
 */
async function hashed(pin, salt, rounds) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return hex(new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256)));
}

export async function recall() {
  stored = (await values.get("pin")) ?? null;
}

/** @param {string} pin */
export async function set(pin) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  stored = { salt, hash: await hashed(pin, salt, ROUNDS), rounds: ROUNDS };
  await values.put("pin", stored);
  await values.put("pin_tries", null);
}

export async function clear() {
  stored = null;
  await values.put("pin", null);
  await values.put("pin_tries", null);
}

/** Milliseconds until the next try is checked. */
export async function wait() {
  const { until = 0 } = (await values.get("pin_tries")) ?? {};
  // A clock that was set back must not prolong the wait.
  return Math.min(Math.max(0, until - Date.now()), LONGEST_WAIT);
}

/**
 * Whether it is the right PIN. The try is stored before it is checked, so that a restart does not reset the count.
 * @param {string} pin
 */
export async function check(pin) {
  const { wrong = 0 } = (await values.get("pin_tries")) ?? {};
  const tries = wrong + 1;
  const pause = tries < FREE ? 0 : Math.min(FIRST_WAIT * 2 ** (tries - FREE), LONGEST_WAIT);
  await values.put("pin_tries", { wrong: tries, until: Date.now() + pause });
  const right = stored !== null && (await hashed(pin, stored.salt, stored.rounds)) === stored.hash;
  if (right) await values.put("pin_tries", null);
  return right;
}
