// Today's and yesterday's scans of this device, in memory: all are read once, then only what has changed. Reading all of them for
// every count would delay the next scan more and more. Yesterday's: a room does not empty at midnight.

import { trueTime } from "../base/device-clock.js";
import { dayIn } from "../check-in/offline-rules.js";
import { trueTimeOf } from "../check-in/scan.js";
import * as deviceState from "../server/device-state.js";
import * as scanChanges from "../storage/scan-changes.js";

/** @typedef {{today: StoredScan[], yesterday: StoredScan[]}} Days */

const DAY = 86_400_000; // milliseconds
const AT_ONCE = 500; // scans: per transaction, so that a new scan need not wait long

/** @type {Map<string, StoredScan>} */
const today = new Map(); // by id
/** @type {Map<string, StoredScan>} */
const yesterday = new Map();
let present = ""; // the pairing and the day that they are of
let last = 0; // the last change that is in them
/** @type {Promise<Days>} */
let reading = Promise.resolve({ today: [], yesterday: [] }); // one after the other

/**
 * Whether there are any of these days.
 * @param {StoredScan[]} changed
 * @param {string[]} days today and yesterday
 * @param {string} zone
 */
function take(changed, days, zone) {
  let found = false;
  for (const scan of changed) {
    const made = dayIn(trueTimeOf(scan), zone);
    [today, yesterday].forEach((scans, index) => {
      scans.delete(scan.id);
      if (made === days[index]) scans.set(scan.id, scan);
    });
    found ||= days.includes(made);
  }
  return found;
}

/**
 * From the newest back to the first scan of yesterday.
 * @param {string[]} days
 * @param {string} zone
 */
async function readAll(days, zone) {
  today.clear();
  yesterday.clear();
  last = await scanChanges.lastChange();
  /** @type {{seq: number, scans: StoredScan[]}} */
  let page = { seq: Infinity, scans: [] };
  let found = false;
  do {
    page = await scanChanges.scansBefore(page.seq, AT_ONCE);
    found = take(page.scans, days, zone);
  } while (page.seq > 0 && (found || !page.scans.length));
}

async function read() {
  const state = deviceState.current();
  if (!state) return { today: [], yesterday: [] };
  const { zone } = state.campaign;
  const now = trueTime();
  const days = [dayIn(now, zone), dayIn(now - DAY, zone)];
  const wanted = `${state.kiosk.id} ${days[0]}`;
  if (wanted !== present) {
    await readAll(days, zone);
    present = wanted;
  } else {
    const changed = await scanChanges.changedAfter(last);
    take(changed.scans, days, zone);
    last = changed.last;
  }
  return { today: [...today.values()], yesterday: [...yesterday.values()] };
}

/** All of them, in no order; none without a pairing. */
export function scansByDay() {
  reading = reading.then(read, read);
  return reading;
}
