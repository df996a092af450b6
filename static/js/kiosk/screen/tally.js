// The tally mode: a button per group with this device's sum of today. Keys 1 to 5 count, too.

import * as tallyBurst from "../storage/tally-burst.js";
import { trueTime } from "../base/device-clock.js";
import * as sounds from "../base/sounds.js";
import * as deviceState from "../server/device-state.js";
import { all, byId, closest, element, icon } from "../base/dom.js";
import { trueTimeOf } from "../check-in/scan.js";
import * as store from "../storage/scan-store.js";
import { language, localized, say } from "../base/words.js";
import * as verdict from "../check-in/verdict.js";

const UNKNOWN = { key: "unknown", icon: "unknown", colour: "group-unknown" };
const LOOK_BACK = 50; // scans, for the last click

/** @type {import("../check-in/scan.js").Scans | null} */
let scans = null; // of the check-in screen
let onRow = () => {};
/** @type {Map<string, number>} */
let sums = new Map();
let timer = 0;
let burstIsOpen = false; // whether the latest clicks are not a row yet
/** @type {Promise<any>} */
let order = Promise.resolve(); // clicks are stored one after the other

/** Set before a button can be pressed. */
function theScans() {
  if (scans === null) throw new Error("This device is not paired.");
  return scans;
}

function groups() {
  return [...deviceState.required().groups, UNKNOWN];
}

/** @param {Pick<Group, "key"> & Partial<Group>} group */
function nameOf(group) {
  return group.name ? localized(group.name) : say("click_unknown");
}

/** Buttons are drawn once per language and set of groups, numbers whenever they change. */
export function draw() {
  const list = byId("clickers");
  const signature = JSON.stringify([language(), groups()]);
  if (list.dataset.signature !== signature) {
    list.dataset.signature = signature;
    list.replaceChildren(...groups().map(clicker));
  }
  write();
}

/**
 * @param {Pick<Group, "key" | "icon" | "colour"> & Partial<Group>} group
 * @param {number} index
 */
function clicker(group, index) {
  const button = element(
    "button",
    `clicker ${group.colour}`,
    element("span", "clicker-name", icon(group.icon), nameOf(group)),
    element("strong", "clicker-sum number"),
    element("span", "clicker-plus", icon("plus")),
    element("span", "unseen", say("click_one")),
    element("kbd", "clicker-key", String(index + 1)),
  );
  button.type = "button";
  button.lastElementChild?.setAttribute("aria-hidden", "true");
  button.dataset.click = group.key;
  return button;
}

function write() {
  let total = 0;
  for (const button of all("[data-click]", byId("clickers"))) {
    const sum = sums.get(button.dataset.click ?? "") ?? 0;
    total += sum;
    all(".clicker-sum", button)[0].textContent = String(sum);
  }
  byId("clicked").textContent = String(total);
  byId("unclick").disabled = total === 0;
  byId("left").textContent = String(sums.get("out") ?? 0);
}

/**
 * Set the sums: group → heads.
 * @param {Map<string, number>} counted
 */
export function set(counted) {
  sums = counted;
  if (deviceState.current()) write();
}

/**
 * @param {string} group
 * @param {Direction} direction
 */
async function clickOnce(group, direction) {
  const checkIns = theScans();
  /** @type {import("../check-in/scan.js").UnmadeBody} */
  const body = { kind: "tally", group, shown: "stored" };
  if (direction === "out") body.direction = direction;
  const scan = checkIns.newScan(body);
  const judged = await checkIns.judge(scan);
  if (judged.verdict === "refused") {
    verdict.show(verdict.begin(), "bad", { word: say("refused"), note: say(`reason_${judged.reason}`) });
    return;
  }
  const { burst, ended } = await tallyBurst.tap(
    { ...scan, about: { group, holder: null, entry: judged.entry ?? null, flags: [] } },
    deviceState.required().rules.max_headcount,
  );
  burstIsOpen = true;
  const key = direction === "out" ? "out" : group;
  sums.set(key, (sums.get(key) ?? 0) + 1);
  write();
  flash(direction === "out" ? byId("leave") : byId("clickers").querySelector(`[data-click="${CSS.escape(group)}"]`));
  sounds.signal("tick");
  announce(key, burst.count);
  if (ended) onRow();
  clearTimeout(timer);
  timer = setTimeout(settle, tallyBurst.PAUSE);
}

/**
 * For screen readers.
 * @param {string} key
 * @param {number} count
 */
function announce(key, count) {
  const name = key === "out" ? say("mode_exit") : nameOf(groups().find((group) => group.key === key) ?? UNKNOWN);
  byId("spoken").textContent = `${name} +${count}`;
}

/** @param {HTMLElement | null} button */
function flash(button) {
  button?.classList.remove("flash");
  void button?.offsetWidth; // restarts the animation
  button?.classList.add("flash");
}

async function endBurst() {
  clearTimeout(timer);
  burstIsOpen = false;
  if (await tallyBurst.end()) onRow();
}

/** The open burst becomes a row, and is sent. */
export function settle() {
  return inTurn(endBurst);
}

/**
 * Run work after the clicks before it.
 * @param {() => Promise<void>} work
 */
function inTurn(work) {
  order = order.then(work, work);
  return order;
}

async function lastRow() {
  const latest = await store.latest(LOOK_BACK);
  const isClick = (/** @type {StoredScan} */ { body }) => body.kind === "tally" && body.direction !== "out";
  return latest.find((scan) => isClick(scan) && !scan.undone && scan.state !== "aside");
}

/** Undo the last click: in the open burst, else by undoing the last row and adding it again with one less. */
async function unclick() {
  const open = await tallyBurst.untap();
  burstIsOpen = Boolean(open?.count);
  const last = open ? null : await lastRow();
  const row = open ?? last;
  if (!row) return;
  if (last) await replace(last);
  const { group = "unknown" } = row.body;
  sums.set(group, Math.max(0, (sums.get(group) ?? 0) - 1));
  write();
  sounds.signal("tick");
  onRow();
}

/** @param {StoredScan} row */
async function replace(row) {
  const checkIns = theScans();
  const undo = checkIns.newScan({ kind: "undo", undoes: row.id, shown: "stored" });
  /** @type {(NewScan & {about: About})[]} */
  const newScans = [{ ...undo, about: { group: null, entry: null, flags: [] } }];
  const remaining = (row.body.headcount ?? 1) - 1;
  if (remaining) {
    const replacement = checkIns.newScan({ kind: "tally", group: row.body.group, headcount: remaining, shown: "stored" });
    const about = { ...row.about, entry: row.about.entry && { ...row.about.entry, id: replacement.id, headcount: remaining } };
    // With the time of the old row.
    const times = { at: row.body.at, skew_ms: row.body.skew_ms };
    const body = store.asShown({ ...replacement.body, ...times }, "stored", about);
    newScans.push({ ...replacement, made: row.made, unsure: row.unsure, about, body });
  }
  await store.addAll(newScans);
}

/** @param {StoredScan} row */
function old(row) {
  return trueTime() - trueTimeOf(row) > deviceState.required().rules.undo_minutes * 60_000;
}

/** Whether the last click may be undone by this device. */
async function mayUnclick() {
  if (await tallyBurst.open()) return true;
  const row = await lastRow();
  return row !== undefined && (!old(row) || deviceState.may("supervisor"));
}

/** @param {import("../check-in/scan.js").Scans} checkIns */
export function open(checkIns) {
  scans = checkIns;
  settle(); // left over from a power cut
}

/**
 * @param {string} group
 * @param {Direction} [direction]
 */
export function click(group, direction = "in") {
  return inTurn(() => clickOnce(group, direction));
}

/**
 * A digit on the keyboard.
 * @param {string} character
 */
export function key(character) {
  const group = groups()[Number(character) - 1];
  return group ? click(group.key) : null;
}

/**
 * rowMade() after every row; ready(): whether clicks are taken now; staff(): whether the one at the screen may take back;
 * attend(promise): what becomes of work that fails.
 * @param {() => void} rowMade
 * @param {() => boolean} ready
 * @param {() => Promise<boolean>} staff
 * @param {(work: Promise<unknown>) => void} attend
 */
export function listen(rowMade, ready, staff, attend) {
  onRow = rowMade;
  byId("clickers").addEventListener("click", (event) => {
    const button = closest(event, "[data-click]");
    if (button && ready()) attend(click(button.dataset.click ?? "unknown"));
  });
  byId("leave").addEventListener("click", () => ready() && attend(click("unknown", "out")));
  byId("unclick").addEventListener("click", async () => {
    // Clicks of the open burst need no PIN.
    if (!burstIsOpen && !(await staff())) return;
    if (!(await mayUnclick())) {
      verdict.show(verdict.begin(), "bad", { word: say("refused"), note: say("unclick_late") });
      return;
    }
    attend(inTurn(unclick));
  });
  for (const gone of ["pagehide", "visibilitychange"]) {
    addEventListener(gone, () => scans && settle());
  }
}
