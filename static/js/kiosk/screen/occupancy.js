// How many are inside: what the server told last, and what this device has done since that the server had not counted then.

import { trueTime } from "../base/device-clock.js";
import * as knowledge from "../server/device-state.js";
import { isOnline } from "../check-in/connection.js";
import { byId, element, icon, tell } from "../base/dom.js";
import { dayIn, derive } from "../check-in/offline-rules.js";
import * as store from "../storage/scan-store.js";
import { clockTime, say, whenToday } from "../base/words.js";

/** Heads inside by the entries of one holder; of nobody in particular each entry stands alone. */
function heads(entries, holder) {
  if (holder) return derive(entries).inside;
  return entries.reduce((sum, entry) => sum + (entry.direction === "out" ? -entry.headcount : entry.headcount), 0);
}

function effective(scan, undone) {
  return store.counts({ ...scan, undone });
}

/**
 * What this device adds to a count of the server of one sitting and day. scans: its latest, in any order; heard: when the
 * question left to which the count is the answer, in milliseconds of the device's clock.
 */
export function ownSince(scans, heard, sitting, day) {
  const counted = (scan) => scan.state === "answered" && (scan.settled ?? scan.made) <= heard;
  const undoCounted = new Map(scans.filter((scan) => scan.body.undoes).map((scan) => [scan.body.undoes, counted(scan)]));
  const here = scans.filter(({ about }) => about.entry?.sitting === sitting && about.entry.day === day);
  const holders = Map.groupBy ? Map.groupBy(here, keyOf) : groupBy(here);
  let more = 0;
  for (const [key, rows] of holders) {
    const before = rows.filter((scan) => counted(scan) && effective(scan, scan.undone && (undoCounted.get(scan.id) ?? true)));
    const after = rows.filter((scan) => effective(scan, scan.undone));
    const holder = key.startsWith("p:");
    more += heads(after.map((scan) => scan.about.entry), holder) - heads(before.map((scan) => scan.about.entry), holder);
  }
  return more;
}

function keyOf({ id, about }) {
  return about.entry.holder ? `p:${about.entry.holder}` : `s:${id}`;
}

function groupBy(scans) {
  const found = new Map();
  for (const scan of scans) found.set(keyOf(scan), [...(found.get(keyOf(scan)) ?? []), scan]);
  return found;
}

function wanted(sitting, event) {
  return sitting.capacity !== null || event.track_exits;
}

/** which: what tells it from the other cards, or "". */
function card(sitting, inside, which) {
  const share = sitting.capacity ? Math.min(inside / sitting.capacity, 1) : 0;
  const state = sitting.capacity && inside >= sitting.capacity ? "full" : share >= 0.9 ? "nearly" : "";
  const bar = element("meter", "inside-bar");
  Object.assign(bar, { min: 0, max: sitting.capacity ?? 1, value: inside });
  bar.setAttribute("aria-hidden", "true");
  const made = element(
    "div",
    `inside-card ${state}`,
    element("span", "inside-word", icon("people"), say(state === "full" ? "inside_full" : "inside")),
    element("strong", "number inside-now", String(inside)),
    sitting.capacity ? element("span", "inside-of number", `/ ${sitting.capacity}`) : null,
    which ? element("span", "small soft inside-which", which) : null,
    sitting.capacity ? bar : null,
  );
  made.dataset.sitting = sitting.id;
  return made;
}

/** Where a capacity or exits are watched: how many are inside now. scans: the latest of this device. */
export function draw(scans) {
  const known = knowledge.knowledge();
  const open = new Set(knowledge.openNow().map((one) => one.id));
  const shown = known.events.flatMap((event) => event.occurrences.filter((one) => open.has(one.id) && wanted(one, event)));
  const now = trueTime();
  const today = dayIn(now, known.campaign.zone);
  // Two sittings of one event share its venue, and two events may share their hours.
  const which = (one) => [whenToday(one, known.campaign.zone, now), one.venue].filter(Boolean).join(" · ");
  const cards = shown.map((one) => {
    const inside = (one.inside ?? 0) + ownSince(scans, known.insideAt, one.id, today);
    return card(one, Math.max(0, inside), shown.length > 1 ? which(one) : "");
  });
  byId("inside").hidden = !cards.length;
  byId("inside-cards").replaceChildren(...cards);
  const old = !isOnline() && known.insideAt;
  tell(byId("inside-note"), old ? say("inside_as_of", { time: clockTime(known.insideAt, known.campaign.zone) }) : "");
}
