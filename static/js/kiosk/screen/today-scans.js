// Today's scans of this device, in memory: all are read once, then only what has changed. Reading all of them for every count
// would delay the next scan more and more.

import { trueTime } from "../base/device-clock.js";
import { dayIn } from "../check-in/offline-rules.js";
import { trueTimeOf } from "../check-in/scan.js";
import * as deviceState from "../server/device-state.js";
import * as scanChanges from "../storage/scan-changes.js";

const AT_ONCE = 500; // scans: per transaction, so that a new scan need not wait long

/** @type {Map<string, StoredScan>} */
const scans = new Map(); // by id
let present = ""; // the pairing and the day that they are of
let last = 0; // the last change that is in them
/** @type {Promise<StoredScan[]>} */
let reading = Promise.resolve([]); // one after the other

/**
 * @param {StoredScan[]} changed
 * @param {string} day
 * @param {string} zone
 */
function take(changed, day, zone) {
  const ofDay = changed.filter((scan) => dayIn(trueTimeOf(scan), zone) === day);
  for (const scan of changed) scans.delete(scan.id);
  for (const scan of ofDay) scans.set(scan.id, scan);
  return ofDay.length;
}

/**
 * From the newest back to the first scan of the day.
 * @param {string} day
 * @param {string} zone
 */
async function readAll(day, zone) {
  scans.clear();
  last = await scanChanges.lastChange();
  /** @type {{seq: number, scans: StoredScan[]}} */
  let page = { seq: Infinity, scans: [] };
  let count = 0;
  do {
    page = await scanChanges.scansBefore(page.seq, AT_ONCE);
    count = take(page.scans, day, zone);
  } while (page.seq > 0 && (count || !page.scans.length));
}

async function read() {
  const state = deviceState.current();
  if (!state) return [];
  const { zone } = state.campaign;
  const day = dayIn(trueTime(), zone);
  const wanted = `${state.kiosk.id} ${day}`;
  if (wanted !== present) {
    await readAll(day, zone);
    present = wanted;
  } else {
    const changed = await scanChanges.changedAfter(last);
    take(changed.scans, day, zone);
    last = changed.last;
  }
  return [...scans.values()];
}

/** All of them, in no order; none without a pairing. */
export function scansOfToday() {
  reading = reading.then(read, read);
  return reading;
}
