// How many are inside: the server's last count, plus this device's scans that are not in it.

import { trueTime } from "../base/device-clock.js";
import * as deviceState from "../server/device-state.js";
import { isOnline } from "../check-in/connection.js";
import { byId, element, icon, setText } from "../base/dom.js";
import { derive } from "../check-in/offline-rules.js";
import * as store from "../storage/scan-store.js";
import { clockTime, say, describeTimeToday } from "../base/words.js";

/**
 * Heads inside by the entries of one holder: the last day with an entry says. Without a holder every entry counts by itself.
 * @param {Entry[]} entries
 * @param {boolean} holder
 */
function heads(entries, holder) {
  const last = entries.reduce((day, entry) => (entry.day > day ? entry.day : day), "");
  if (holder) return derive(entries.filter(({ day }) => day === last)).inside;
  return entries.reduce((sum, entry) => sum + (entry.direction === "out" ? -entry.headcount : entry.headcount), 0);
}

/**
 * @param {StoredScan} scan
 * @param {boolean | undefined} undone
 */
function effective(scan, undone) {
  return store.counts({ ...scan, undone });
}

/**
 * What this device adds to the server's count of one occurrence, whatever the day. asOf: when that count was requested, in
 * milliseconds of the device's clock.
 * @param {StoredScan[]} scans
 * @param {number} asOf
 * @param {number} occurrence
 */
export function ownSince(scans, asOf, occurrence) {
  /** @param {StoredScan} scan */
  const counted = (scan) => scan.state === "answered" && (scan.settled ?? scan.made) <= asOf;
  const undoCounted = new Map(scans.filter((scan) => scan.body.undoes).map((scan) => [scan.body.undoes, counted(scan)]));
  const holders = groupBy(scans.filter(({ about }) => about.entry?.sitting === occurrence));
  const entriesOf = (/** @type {StoredScan[]} */ rows) => rows.flatMap(({ about }) => about.entry ?? []);
  let difference = 0;
  for (const [key, rows] of holders) {
    const undoneThen = (/** @type {StoredScan} */ { id, undone }) => undone && (undoCounted.get(id) ?? true);
    const countedRows = rows.filter((scan) => counted(scan) && effective(scan, undoneThen(scan)));
    const standingRows = rows.filter((scan) => effective(scan, scan.undone));
    const holder = key.startsWith("p:");
    difference += heads(entriesOf(standingRows), holder) - heads(entriesOf(countedRows), holder);
  }
  return difference;
}

/** @param {StoredScan} scan */
function keyOf({ id, about }) {
  return about.entry?.holder ? `p:${about.entry.holder}` : `s:${id}`;
}

/**
 * @param {StoredScan[]} scans
 * @returns {Map<string, StoredScan[]>}
 */
function groupBy(scans) {
  const groups = new Map();
  for (const scan of scans) groups.set(keyOf(scan), [...(groups.get(keyOf(scan)) ?? []), scan]);
  return groups;
}

/**
 * @param {Occurrence} occurrence
 * @param {KioskEvent} event
 */
function isWatched(occurrence, event) {
  return occurrence.capacity !== null || event.track_exits;
}

/**
 * label: what distinguishes it from the other cards, or "".
 * @param {Occurrence} occurrence
 * @param {number} inside
 * @param {string} label
 */
function card(occurrence, inside, label) {
  const share = occurrence.capacity ? Math.min(inside / occurrence.capacity, 1) : 0;
  const state = occurrence.capacity && inside >= occurrence.capacity ? "full" : share >= 0.9 ? "nearly" : "";
  const bar = element("meter", "inside-bar");
  Object.assign(bar, { min: 0, max: occurrence.capacity ?? 1, value: inside });
  bar.setAttribute("aria-hidden", "true");
  const node = element(
    "div",
    `inside-card ${state}`,
    element("span", "inside-word", icon("people"), say(state === "full" ? "inside_full" : "inside")),
    element("strong", "number inside-now", String(inside)),
    occurrence.capacity ? element("span", "inside-of number", `/ ${occurrence.capacity}`) : null,
    label ? element("span", "small soft inside-which", label) : null,
    occurrence.capacity ? bar : null,
  );
  node.dataset.occurrence = String(occurrence.id);
  return node;
}

/**
 * A card for each open occurrence with a capacity or with exits. scans: today's and yesterday's scans of this device.
 * @param {StoredScan[]} scans
 */
export function draw(scans) {
  const state = deviceState.required();
  const open = new Set(deviceState.openNow().map((occurrence) => occurrence.id));
  const watched = state.events.flatMap((event) =>
    event.occurrences.filter((occurrence) => open.has(occurrence.id) && isWatched(occurrence, event)),
  );
  const now = trueTime();
  // Occurrences of one event share its venue, and two events may share their hours.
  /** @param {Occurrence} occurrence */
  const labelOf = (occurrence) => {
    const time = describeTimeToday(occurrence, state.campaign.zone, now);
    return [time, occurrence.venue].filter(Boolean).join(" · ");
  };
  const cards = watched.map((occurrence) => {
    const inside = (occurrence.inside ?? 0) + ownSince(scans, state.insideAt ?? 0, occurrence.id);
    return card(occurrence, Math.max(0, inside), watched.length > 1 ? labelOf(occurrence) : "");
  });
  byId("inside").hidden = !cards.length;
  byId("inside-cards").replaceChildren(...cards);
  const old = !isOnline() && state.insideAt;
  setText(byId("inside-note"), old ? say("inside_as_of", { time: clockTime(old, state.campaign.zone) }) : "");
}
