// What this device has done today: its visits, its clicks by group, and how many are inside by it.

import * as tallyBurst from "../storage/tally-burst.js";
import { trueTime } from "../base/device-clock.js";
import { zone } from "../server/device-state.js";
import * as occupancy from "./occupancy.js";
import { byId } from "../base/dom.js";
import { dayIn } from "../check-in/offline-rules.js";
import { trueTimeOf } from "../check-in/scan.js";
import * as store from "../storage/scan-store.js";

const EVERY = 2000; // milliseconds
const ENOUGH = 5000; // more than one device takes in a day

let counting = null;
let counted = -Infinity;
let onTally = () => {};

function countOf(scan) {
  return scan.answer?.headcount ?? scan.body.headcount ?? 1;
}

function accepted(scan) {
  return scan.state !== "aside" && ["stored", "repeat"].includes(store.verdictOf(scan)) && scan.body.kind !== "undo";
}

function keyOf({ id, about }) {
  return about.holder ? `${about.holder} ${about.entry?.sitting}` : id;
}

/**
 * Visits: of each pass that came here first, at each sitting, the largest headcount that still stands. An undo of the first
 * arrival leaves the next one standing, as on the server.
 */
export function visits(scans) {
  const passes = new Map();
  for (const scan of scans) {
    if (!accepted(scan) || scan.body.direction === "out") continue;
    const arrival = passes.get(keyOf(scan)) ?? { first: false, most: 0 };
    const raised = (scan.answer?.flags ?? scan.about.flags)?.includes("raised");
    // What another device counted of a pass is not known here, so then nothing is added.
    arrival.first ||= store.verdictOf(scan) === "stored" && !raised;
    if (!scan.undone) arrival.most = Math.max(arrival.most, countOf(scan));
    passes.set(keyOf(scan), arrival);
  }
  return [...passes.values()].reduce((sum, { first, most }) => sum + (first ? most : 0), 0);
}

/** Clicked heads by `group` of those who came; those who left without a pass under "out". */
export function tallies(scans, burst) {
  const sums = new Map();
  const add = ({ group, direction }, count) => {
    const key = direction === "out" ? "out" : group;
    sums.set(key, (sums.get(key) ?? 0) + count);
  };
  const stands = (scan) => accepted(scan) && !scan.undone && scan.body.kind === "tally";
  for (const scan of scans) if (stands(scan)) add(scan.body, countOf(scan));
  if (burst) add(burst.body, burst.count);
  return sums;
}

async function count() {
  counting = null;
  counted = performance.now();
  const [scans, burst] = [await store.latest(ENOUGH), await tallyBurst.open()];
  if (!zone()) return; // the pairing ended meanwhile
  const day = dayIn(trueTime(), zone());
  const today = scans.filter((scan) => dayIn(trueTimeOf(scan), zone()) === day);
  const sums = tallies(today, burst);
  const clicked = burst && burst.body.direction !== "out" ? burst.count : 0;
  byId("today").textContent = String(visits(today) + clicked);
  occupancy.draw(scans);
  onTally(sums);
}

/** The whole day is read for its count, so in a rush not after every scan: the next visitor comes first. */
export function draw() {
  clearTimeout(counting);
  counting = setTimeout(count, Math.max(0, counted + EVERY - performance.now()));
}

/** tell(sums of tallies()) whenever they were counted. */
export function listen(tell) {
  onTally = tell;
}
