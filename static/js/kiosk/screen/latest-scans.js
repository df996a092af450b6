// The latest scans of this device, with undo.

import { trueTime } from "../base/device-clock.js";
import { byId, element, icon, confirmByPressingTwice } from "../base/dom.js";
import { undoReaches } from "../check-in/offline-rules.js";
import { trueTimeOf } from "../check-in/scan.js";
import { takenBack } from "../check-in/verdict.js";
import * as store from "../storage/scan-store.js";
import { clockTime, language, people, say } from "../base/words.js";

/**
 * @typedef {object} Context
 * @property {DeviceState} device
 * @property {(key: string) => string} groupName
 * @property {(key: string | null) => string} colourOf
 * @property {(scan: StoredScan) => void} onUndo
 * @property {Map<string, StoredScan>} targets what the undos among the scans name, by id
 */

const SHOWN = 20;
const TAKEN = ["stored", "repeat"]; // of an undo: its target is out
/** @type {Record<string, string>} */
const ICONS = {
  stored: "check",
  out: "sign-out",
  repeat: "history",
  refused: "cross",
  waiting: "upload",
  aside: "warning",
  undone: "undo",
  undo: "undo",
};

/**
 * An undo that has taken its target out.
 * @param {StoredScan} scan
 */
function isReversal(scan) {
  return scan.body.kind === "undo" && TAKEN.includes(stateOf(scan));
}

/** @param {StoredScan} scan */
function stateOf(scan) {
  if (scan.undone) return "undone";
  if (scan.state === "aside") return "aside";
  return store.verdictOf(scan) ?? "waiting";
}

/**
 * "stored" is worded differently for exits.
 * @param {StoredScan} scan
 * @param {string} state
 */
function meaning({ body }, state) {
  if (state !== "stored") return state;
  return body.direction === "out" ? "out" : state;
}

/**
 * The verdict in words, and whether it is not sent yet.
 * @param {StoredScan} scan
 */
function verdictText(scan) {
  const state = stateOf(scan);
  const unsent = scan.state === "waiting" && state !== "waiting";
  return [stateText(scan, state), unsent ? say("state_waiting") : ""].filter(Boolean).join(" · ");
}

/**
 * An undo says by its name that it was stored.
 * @param {StoredScan} scan
 * @param {string} state
 */
function stateText(scan, state) {
  if (isReversal(scan)) return "";
  if (scan.body.kind === "undo" && state === "refused") return say("state_kept_undo");
  return say(`state_${meaning(scan, state)}`);
}

/** @param {StoredScan} scan */
function markOf(scan) {
  const state = stateOf(scan);
  if (isReversal(scan)) return "undo";
  return state === "stored" && scan.body.direction === "out" ? "out" : state;
}

/**
 * @param {StoredScan} scan
 * @param {Context} context
 */
function nameOf(scan, { groupName, targets }) {
  if (scan.body.kind === "undo") {
    const target = targets.get(scan.body.undoes ?? "");
    return target && isReversal(scan) ? takenBack(target, groupName) : say("kind_undo");
  }
  if (scan.about.foreign) return say("kind_foreign");
  const key = scan.answer?.group ?? scan.about.group;
  return key ? groupName(key) : say("kind_pass");
}

/** @param {StoredScan} scan */
function countOf(scan) {
  return scan.answer?.headcount ?? scan.body.headcount ?? 1;
}

/**
 * Repeats too: one counts once the first is undone.
 * @param {StoredScan} scan
 * @param {DeviceState} device
 */
function mayUndo(scan, device) {
  if (!["stored", "repeat"].includes(stateOf(scan)) || scan.body.kind === "undo") return false;
  return undoReaches({ at: trueTimeOf(scan), own: true, sitting: scan.about.entry?.sitting ?? null }, trueTime(), device);
}

/**
 * @param {StoredScan} scan
 * @param {Context} context
 */
function row(scan, context) {
  const { device, colourOf, onUndo } = context;
  const headcount = scan.body.kind !== "undo" && countOf(scan) > 1 ? people(countOf(scan)) : "";
  const label = [nameOf(scan, context), headcount].filter(Boolean).join(" · ");
  const time = clockTime(trueTimeOf(scan), device.campaign.zone);
  const colour = colourOf(scan.answer?.group ?? scan.about.group);
  const item = element(
    "li",
    `scan scan-${isReversal(scan) ? "reversal" : stateOf(scan)} ${colour}${scan.state === "answered" ? "" : " scan-unsent"}`,
    element("span", "scan-mark", icon(ICONS[markOf(scan)] ?? "unknown")),
    element(
      "span",
      "scan-what",
      element("strong", "", label),
      element("span", "small soft", `${time} ${verdictText(scan)}`.trim()),
    ),
  );
  if (mayUndo(scan, device)) {
    const button = element("button", "scan-undo", say("undo"));
    button.type = "button";
    button.setAttribute("aria-label", say("undo_label", { what: `${label}, ${time}` }));
    confirmByPressingTwice(button, () => say("undo_sure"), () => onUndo(scan));
    item.append(button);
  }
  return item;
}

/**
 * Drawn anew only when something changed: a row must not vanish while it is pressed.
 * @param {StoredScan[]} scans
 * @param {Context} context
 */
function drawList(scans, context) {
  const list = byId("strip");
  const looks = scans.map((scan) => [scan.id, verdictText(scan), countOf(scan), mayUndo(scan, context.device)]);
  const signature = JSON.stringify([language(), looks]);
  if (list.dataset.signature === signature) return;
  list.dataset.signature = signature;
  list.replaceChildren(...scans.map((scan) => row(scan, context)));
}

/**
 * What the undos among these scans name, as far as this device still has it.
 * @param {StoredScan[]} scans
 */
async function targetsOf(scans) {
  const ids = scans.flatMap(({ body }) => body.undoes ?? []);
  const targets = await Promise.all(ids.map((id) => scans.find((scan) => scan.id === id) ?? store.scan(id)));
  return new Map(targets.filter(Boolean).map((target) => [target.id, target]));
}

/**
 * @param {Omit<Context, "targets">} context
 */
export async function draw(context) {
  const scans = await store.latest(SHOWN);
  drawList(scans, { ...context, targets: await targetsOf(scans) });
  byId("strip-none").hidden = scans.length > 0;
}
