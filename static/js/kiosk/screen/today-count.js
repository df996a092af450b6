// This device's counts of today: visits, tallies by group, heads inside.

import * as tallyBurst from "../storage/tally-burst.js";
import { zone } from "../server/device-state.js";
import * as occupancy from "./occupancy.js";
import { byId } from "../base/dom.js";
import * as store from "../storage/scan-store.js";
import { scansByDay } from "./today-scans.js";

const EVERY = 2000; // milliseconds

let timer = 0;
let counted = -Infinity;
/** @type {(sums: Map<string, number>) => void} */
let onTally = () => {};

/** @param {StoredScan} scan */
function countOf(scan) {
  return scan.answer?.headcount ?? scan.body.headcount ?? 1;
}

/** @param {StoredScan} scan */
function accepted(scan) {
  return scan.state !== "aside" && ["stored", "repeat"].includes(store.verdictOf(scan) ?? "") && scan.body.kind !== "undo";
}

/** @param {StoredScan} scan */
function keyOf({ id, about }) {
  return about.holder ? `${about.holder} ${about.entry?.sitting}` : id;
}

/**
 * Visits: of each pass that came here first, at each occurrence, the largest headcount that still stands. An undo of the first
 * arrival leaves the next one standing, as on the server.
 * @param {StoredScan[]} scans
 */
export function visits(scans) {
  const passes = new Map();
  for (const scan of scans) {
    if (!accepted(scan) || scan.body.direction === "out") continue;
    const arrival = passes.get(keyOf(scan)) ?? { first: false, most: 0 };
    const raised = (scan.answer?.flags ?? scan.about.flags)?.includes("raised");
    // A repeat whose first scan was elsewhere adds nothing here.
    arrival.first ||= store.verdictOf(scan) === "stored" && !raised;
    if (!scan.undone) arrival.most = Math.max(arrival.most, countOf(scan));
    passes.set(keyOf(scan), arrival);
  }
  return [...passes.values()].reduce((sum, { first, most }) => sum + (first ? most : 0), 0);
}

/**
 * Clicked heads by `group` of those who came; those who left without a pass under "out".
 * @param {StoredScan[]} scans
 * @param {Burst | null} burst
 * @returns {Map<string, number>}
 */
export function tallies(scans, burst) {
  const sums = new Map();
  /**
   * @param {ScanBody} body
   * @param {number} count
   */
  const add = ({ group, direction }, count) => {
    const key = direction === "out" ? "out" : group;
    sums.set(key, (sums.get(key) ?? 0) + count);
  };
  /** @param {StoredScan} scan */
  const stands = (scan) => accepted(scan) && !scan.undone && scan.body.kind === "tally";
  for (const scan of scans) if (stands(scan)) add(scan.body, countOf(scan));
  if (burst) add(burst.body, burst.count);
  return sums;
}

async function count() {
  timer = 0;
  counted = performance.now();
  const { today, yesterday } = await scansByDay();
  const burst = await tallyBurst.open();
  if (!zone()) return; // the pairing ended meanwhile
  const clicked = burst && burst.body.direction !== "out" ? burst.count : 0;
  byId("today").textContent = String(visits(today) + clicked);
  occupancy.draw([...yesterday, ...today]);
  onTally(tallies(today, burst));
}

/** At most every two seconds. */
export function draw() {
  clearTimeout(timer);
  timer = setTimeout(count, Math.max(0, counted + EVERY - performance.now()));
}

/**
 * tell(sums of tallies()) whenever they were counted.
 * @param {(sums: Map<string, number>) => void} tell
 */
export function listen(tell) {
  onTally = tell;
}
