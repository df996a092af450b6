// The screen of a paired device: joins the inputs (camera, scanner, typed code, touch, tally) to the scans, and draws the rest.

import { trueTime } from "./base/device-clock.js";
import * as remoteControl from "./screen/remote-control.js";
import * as groupCount from "./check-in/group-count.js";
import * as cameraView from "./input/camera-view.js";
import * as pinDialog from "./screen/pin-dialog.js";
import * as deviceState from "./server/device-state.js";
import * as connection from "./check-in/connection.js";
import * as stampCards from "./screen/stamp-cards.js";
import * as question from "./check-in/question.js";
import * as staffMenu from "./screen/staff-menu.js";
import * as modes from "./screen/modes.js";
import { byId, element, setText } from "./base/dom.js";
import { openThen } from "./check-in/offline-rules.js";
import * as usbScanner from "./input/usb-scanner.js";
import { Scans } from "./check-in/scan.js";
import { used } from "../browser/app-update.js";
import { failureSentence } from "./storage/failure.js";
import * as store from "./storage/scan-store.js";
import * as latestScans from "./screen/latest-scans.js";
import * as tally from "./screen/tally.js";
import * as todayCount from "./screen/today-count.js";
import * as touchGroups from "./screen/touch-groups.js";
import * as typedCode from "./input/typed-code.js";
import * as imeField from "./input/ime-field.js";
import { clockTime, localized, say, describeTime, describeTimeToday } from "./base/words.js";

const KEEP_SCANS = 2 * 86_400_000; // milliseconds that answered scans stay on the device
const NOTE = 10_000;
const REDRAW = 20_000;

/** @type {Scans | null} */
let scans = null;
let noteTimer = 0;
let holdFocus = () => {};

/**
 * @param {string} token
 * @returns {ScanContext}
 */
function scanContext(token) {
  return {
    device: deviceState.required().kiosk.id,
    token,
    groupName: deviceState.groupName,
    groupKey: deviceState.groupKey,
    get state() {
      return deviceState.required();
    },
    get zone() {
      return deviceState.required().campaign.zone;
    },
    get rules() {
      return deviceState.required().rules;
    },
    get direction() {
      return modes.current() === "exit" ? "out" : "in";
    },
  };
}

/**
 * Open the screen and take scans.
 * @param {string} token
 */
export async function open(token) {
  const newScans = new Scans(scanContext(token), draw);
  store.deleteAnswered(Date.now() - KEEP_SCANS);
  tally.open(newScans);
  // First the mode: it decides the direction of a scan.
  await remoteControl.recall();
  await modes.open();
  scans = newScans;
  byId("work").hidden = false;
  draw();
  wake();
}

/** Whether scans are taken: paired, and not locked from afar. */
export function isOpen() {
  return scans !== null && !byId("work").hidden && !remoteControl.isLocked();
}

/** Whether a verdict or a dialog is open. */
export function isBusy() {
  return Boolean(document.querySelector("dialog[open]")) || !byId("verdict").hidden;
}

export function close() {
  cameraView.close();
  groupCount.dismiss();
  pinDialog.dismiss();
  staffMenu.close();
  stampCards.close();
  question.close();
  remoteControl.forget();
  scans = null;
  byId("work").hidden = true;
  byId("modes").hidden = true;
  document.body.dataset.mode = "";
  dropTitle();
}

/** Everything on the screen that depends on language, time or scans. */
export async function draw() {
  connection.draw(deviceState.learnedAt(), deviceState.zone());
  if (scans === null || !deviceState.current()) return;
  drawTitle();
  touchGroups.draw();
  tally.draw();
  todayCount.draw();
  const { groupName, colourOf } = deviceState;
  latestScans.draw({ device: deviceState.required(), groupName, colourOf, onUndo: undo });
}

/** The device state has changed: scopes, lock and message, too. */
export async function stateChanged() {
  if (scans === null) return;
  const wasOpen = isOpen();
  const gone = await remoteControl.draw();
  if (!isOpen()) groupCount.dismiss();
  if (gone) notice(gone, NOTE);
  modes.draw();
  await draw();
  if (wasOpen !== isOpen()) wake();
}

/** @param {StoredScan} scan */
async function undo(scan) {
  if ((await pinDialog.requireStaff()) && isOpen()) settle(scans?.undo(scan));
}

function drawTitle() {
  const state = deviceState.required();
  byId("event").textContent = state.events.map((event) => event.title).join(" / ") || localized(state.campaign.name);
  const until = deviceState.expiry();
  const ends = until === null ? "" : say("until_short", { time: clockTime(until, state.campaign.zone) });
  byId("session").textContent = [occurrenceNow(), ends].filter(Boolean).join(" · ");
}

/** Without a pairing the title is the app's name. */
function dropTitle() {
  const name = element("span", "", say("title"));
  name.dataset.say = "title";
  byId("event").replaceChildren(name);
  byId("session").textContent = "";
}

/** The occurrences that take scans now, in words, first the one that a scan counts for; else the next one, else that
 * nothing more is planned. */
function occurrenceNow() {
  const [zone, now] = [deviceState.required().campaign.zone, trueTime()];
  const counts = openThen(deviceState.occurrences(), now);
  const open = deviceState.openNow(now).sort((a, b) => Number(b === counts) - Number(a === counts));
  if (open.length) {
    return open.map((at) => [describeTimeToday(at, zone, now), at.venue].filter(Boolean).join(" · ")).join(" / ");
  }
  const coming = deviceState.occurrences().filter((at) => at.held && Date.parse(at.opens) > now);
  coming.sort((a, b) => Date.parse(a.opens) - Date.parse(b.opens));
  return coming.length ? say("not_open_now", { when: describeTime(coming[0], zone) }) : say("over_now");
}

/**
 * @param {string} sentence
 * @param {number} [lasts]
 */
export function notice(sentence, lasts = 0) {
  clearTimeout(noteTimer);
  setText(byId("notice"), sentence);
  if (lasts) noteTimer = setTimeout(() => setText(byId("notice"), ""), lasts);
}

/**
 * A text was read: close whatever covers the screen.
 * @param {string} text
 */
function read(text) {
  if (!isOpen()) return;
  used();
  if (stampCards.isOpen()) {
    stampCards.lookUp(text);
    return;
  }
  staffMenu.close();
  typedCode.close();
  pinDialog.dismiss();
  settle(scans?.code(text));
}

/**
 * A failure of the storage stays on the screen after the verdict has closed.
 * @param {Promise<unknown> | null | undefined} work
 */
function settle(work) {
  work?.catch((error) => {
    notice(say(failureSentence(error)));
    throw error;
  });
}

function looks() {
  return isOpen() && !byId("look").hidden;
}

/** Start or stop the camera for the present mode, and give the scanner's field the focus. */
function wake() {
  holdFocus();
  if (looks()) cameraView.open();
  else cameraView.close();
}

/** @param {string | null} mode */
function modeChanged(mode) {
  if (mode !== "tally") settle(tally.settle());
  wake();
  draw();
}

/**
 * Connect all inputs; once per page. rowAdded(): a tally row is waiting to be sent.
 * @param {() => void} rowAdded
 */
export function listen(rowAdded) {
  const rowMade = () => {
    rowAdded();
    draw();
  };
  modes.listen(modeChanged, pinDialog.requireStaff);
  touchGroups.listen((group, headcount) => settle(scans?.touch(group, headcount)), isOpen);
  tally.listen(rowMade, isOpen, pinDialog.requireStaff, settle);
  todayCount.listen(tally.set);
  cameraView.listen(read, looks);
  typedCode.listen(read);
  remoteControl.listen();
  pinDialog.listen();
  const typed = { onText: read, onInputMethod: () => notice(say("ime"), NOTE), isOpen };
  holdFocus = imeField.listen(typed);
  usbScanner.listen({
    ...typed,
    onUnfinished: () => notice(say("scanner_suffix"), NOTE),
    onHand: (digit) => modes.current() === "tally" && !isBusy() && settle(tally.key(digit)),
  });
  setInterval(draw, REDRAW);
}
