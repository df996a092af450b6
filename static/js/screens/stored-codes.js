// What a screen keeps on disk of its codes, so that it shows them again after a power cut with no network.

import { database } from "../browser/indexeddb.js";

const CODES = "codes"; // step → base64 of the modules
const KEPT = "kept";
const KNOWN = "known";
const within = database("openweek-display", 1, ({ result }) => [CODES, KEPT].forEach((name) => result.createObjectStore(name)));

/**
 * Keep fresh codes, [[step, bits], …], and what is known of the screen; drop the codes of steps before `oldest`.
 * @param {[number, string][]} newCodes
 * @param {number} oldest
 * @param {object} screen
 */
export function keep(newCodes, oldest, screen) {
  return within("readwrite", [CODES, KEPT], (codes, values) => {
    codes.delete(IDBKeyRange.upperBound(oldest, true));
    for (const [step, bits] of newCodes) codes.put(bits, step);
    values.put(screen, KNOWN);
  });
}

/**
 * {screen, codes: [[step, bits], …]} as they were kept last; screen is undefined where nothing was.
 * @returns {Promise<{screen?: any, codes: [number, string][]}>}
 */
export async function recall() {
  const requests = await within("readonly", [CODES, KEPT], (codes, values, answer) => {
    answer([codes.getAllKeys(), codes.getAll(), values.get(KNOWN)]);
  });
  const [steps, codes, screen] = requests.map((/** @type {IDBRequest} */ { result }) => result);
  return { screen, codes: steps.map((/** @type {number} */ step, /** @type {number} */ index) => [step, codes[index]]) };
}

/** Out of service: nothing stays. */
export function forget() {
  return within("readwrite", [CODES, KEPT], (codes, values) => {
    codes.clear();
    values.clear();
  });
}
