// The scans that the server has not answered yet: waiting, or set aside because it cannot read them.

import { inState, ofDevice, SCANS, within } from "./tables.js";

/**
 * @param {number} device
 * @param {"waiting" | "aside"} state
 * @param {number} [limit]
 * @returns {Promise<StoredScan[]>}
 */
function scansIn(device, state, limit) {
  return within("readonly", [SCANS], (scans, answer) => {
    const request = scans.index("device").getAll(ofDevice(device, state), limit);
    request.onsuccess = () => answer(request.result);
  });
}

/**
 * The oldest unanswered scans of a pairing.
 * @param {number} device
 * @param {number} [limit]
 */
export function waiting(device, limit) {
  return scansIn(device, "waiting", limit);
}

/**
 * What was set aside of a pairing, in the device's own order.
 * @param {number} device
 */
export function aside(device) {
  return scansIn(device, "aside");
}

/**
 * How many wait and were set aside, and when the oldest that waits was made.
 * @returns {Promise<Queue>}
 */
export function summary() {
  return within("readonly", [SCANS], (scans, answer) => {
    /** @type {Queue} */
    const queue = { waiting: 0, aside: 0, oldest: null };
    for (const state of /** @type {const} */ (["waiting", "aside"])) {
      const request = scans.index("state").count(inState(state));
      request.onsuccess = () => {
        queue[state] = request.result;
      };
    }
    const first = scans.index("state").get(inState("waiting"));
    first.onsuccess = () => {
      queue.oldest = first.result?.made ?? null;
    };
    answer(queue);
  });
}

/**
 * Every unanswered scan of a pairing, set aside or not, in the device's own order.
 * @param {number} device
 */
export async function unanswered(device) {
  const scans = [...(await waiting(device)), ...(await aside(device))];
  return scans.sort((a, b) => a.seq - b.seq);
}
