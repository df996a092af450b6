// The latest scans, with undo, and how many visits this device has taken today.

import { skewNow } from "./clock.js";
import { byId, element, icon, twice } from "./page.js";
import * as store from "./store.js";
import { clockTime, dayOf, language, people, say } from "./words.js";

const SHOWN = 20;
const COUNT_EVERY = 2000; // milliseconds
const ENOUGH = 5000; // more than one device takes in a day
const ICONS = { stored: "check", repeat: "history", refused: "cross", waiting: "upload", aside: "warning", undone: "undo" };

function stateOf(scan) {
  if (scan.undone) return "undone";
  if (scan.state === "aside") return "aside";
  return store.verdictOf(scan) ?? "waiting";
}

/** The verdict in words, and whether the server has yet to hear of it. */
function told(scan) {
  const state = stateOf(scan);
  const unsent = scan.state === "waiting" && state !== "waiting";
  return say(`state_${state}`) + (unsent ? ` · ${say("state_waiting")}` : "");
}

function nameOf(scan, groupName) {
  if (scan.body.kind === "undo") return say("kind_undo");
  if (scan.about.foreign) return say("kind_foreign");
  const key = scan.answer?.group ?? scan.about.group;
  return key ? groupName(key) : say("kind_pass");
}

/** When it happened, by the server's clock as far as the device knew it. */
function happened(scan) {
  return scan.made - (scan.body.skew_ms ?? 0);
}

function countOf(scan) {
  return scan.answer?.headcount ?? scan.body.headcount ?? 1;
}

function mayUndo(scan, within) {
  return stateOf(scan) === "stored" && scan.body.kind !== "undo" && Date.now() - scan.made < within;
}

function row(scan, { groupName, colourOf, zone, undoWithin, onUndo }) {
  const state = stateOf(scan);
  const many = scan.body.kind !== "undo" && countOf(scan) > 1 ? people(countOf(scan)) : "";
  const what = [nameOf(scan, groupName), many].filter(Boolean).join(" · ");
  const time = clockTime(happened(scan), zone);
  const colour = colourOf(scan.answer?.group ?? scan.about.group);
  const made = element(
    "li",
    `scan scan-${state} ${colour}${scan.state === "answered" ? "" : " scan-unsent"}`,
    element("span", "scan-mark", icon(ICONS[state] ?? "unknown")),
    element(
      "span",
      "scan-what",
      element("strong", "", what),
      element("span", "small soft", `${time} ${told(scan)}`),
    ),
  );
  if (mayUndo(scan, undoWithin)) {
    const button = element("button", "scan-undo", say("undo"));
    button.type = "button";
    button.setAttribute("aria-label", say("undo_label", { what: `${what}, ${time}` }));
    twice(button, () => say("undo_sure"), () => onUndo(scan));
    made.append(button);
  }
  return made;
}

/** Visits of today: stored and not undone. A raised group pass adds only what it has more than before. */
function visitsToday(scans, zone) {
  const today = dayOf(Date.now() - (skewNow() ?? 0), zone);
  const largest = new Map();
  let visits = 0;
  for (const scan of [...scans].reverse()) {
    if (stateOf(scan) !== "stored" || scan.body.kind === "undo" || dayOf(happened(scan), zone) !== today) continue;
    const [count, holder] = [countOf(scan), scan.about.holder ?? scan.id];
    const raised = (scan.answer?.flags ?? scan.about.flags)?.includes("raised");
    // What another device counted of this group is not known here, so then nothing is added.
    visits += raised ? Math.max(0, count - (largest.get(holder) ?? count)) : count;
    largest.set(holder, Math.max(count, largest.get(holder) ?? 0));
  }
  return visits;
}

/** Drawn anew only when something changed: a row must not go away under a finger. */
function drawList(scans, context) {
  const list = byId("strip");
  const looks = scans.map((scan) => [scan.id, told(scan), countOf(scan), mayUndo(scan, context.undoWithin)]);
  const signature = JSON.stringify([language(), looks]);
  if (list.dataset.signature === signature) return;
  list.dataset.signature = signature;
  list.replaceChildren(...scans.map((scan) => row(scan, context)));
}

let counting = null;
let counted = -Infinity;

async function count(zone) {
  counting = null;
  counted = performance.now();
  byId("today").textContent = String(visitsToday(await store.latest(ENOUGH), zone));
}

/** The whole day is read for its count, so in a rush not after every scan: the next visitor comes first. */
function countSoon(zone) {
  clearTimeout(counting);
  counting = setTimeout(count, Math.max(0, counted + COUNT_EVERY - performance.now()), zone);
}

export async function draw(context) {
  const scans = await store.latest(SHOWN);
  drawList(scans, context);
  byId("strip-none").hidden = scans.length > 0;
  countSoon(context.zone);
}
