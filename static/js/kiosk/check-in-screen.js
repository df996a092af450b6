// The paired screen: what this device serves, the mode it is in, and what comes of a code, a tap or a click.

import { trueTime } from "./base/device-clock.js";
import * as desk from "./screen/remote-control.js";
import * as door from "./check-in/group-count.js";
import * as finder from "./input/camera-view.js";
import * as guard from "./screen/pin-dialog.js";
import * as knowledge from "./server/device-state.js";
import * as line from "./check-in/connection.js";
import * as menu from "./screen/staff-menu.js";
import * as modes from "./screen/modes.js";
import { byId, element, tell } from "./base/dom.js";
import { openThen } from "./check-in/offline-rules.js";
import * as scanner from "./input/usb-scanner.js";
import { Scans } from "./check-in/scan.js";
import { used } from "../browser/app-update.js";
import * as store from "./storage/scan-store.js";
import * as strip from "./screen/latest-scans.js";
import * as tally from "./screen/tally.js";
import * as today from "./screen/today-count.js";
import * as touch from "./screen/touch-groups.js";
import * as typing from "./input/typed-code.js";
import * as wedge from "./input/ime-field.js";
import { clockTime, named, say, when, whenToday } from "./base/words.js";

const KEEP_SCANS = 2 * 86_400_000; // milliseconds that answered scans stay on the device
const NOTE = 10_000;
const REDRAW = 20_000;

let scans = null;
let noteTimer = null;
let holdFocus = () => {};

function place(token) {
  return {
    device: knowledge.knowledge().kiosk.id,
    token,
    groupName: knowledge.groupName,
    groupKey: knowledge.groupKey,
    get known() {
      return knowledge.knowledge();
    },
    get zone() {
      return knowledge.zone();
    },
    get rules() {
      return knowledge.knowledge().rules;
    },
    get direction() {
      return modes.current() === "exit" ? "out" : "in";
    },
  };
}

/** Begin to take scans. */
export async function open(token) {
  const made = new Scans(place(token), draw);
  store.forget(Date.now() - KEEP_SCANS);
  tally.open(made);
  // Before the mode is known nobody can tell who comes from who goes.
  await desk.recall();
  await modes.open();
  scans = made;
  byId("work").hidden = false;
  draw();
  wake();
}

/** Whether scans are taken: paired, and not locked from afar. */
export function isOpen() {
  return scans !== null && !byId("work").hidden && !desk.isLocked();
}

/** Somebody is at the door: a verdict or a question is on the screen. */
export function isBusy() {
  return Boolean(document.querySelector("dialog[open]")) || !byId("verdict").hidden;
}

export function close() {
  finder.close();
  door.dismiss();
  guard.dismiss();
  menu.close();
  desk.forget();
  scans = null;
  byId("work").hidden = true;
  byId("modes").hidden = true;
  document.body.dataset.mode = "";
  dropTitle();
}

/** Everything on the screen that depends on language, time or scans. */
export async function draw() {
  line.draw(knowledge.learnedAt(), knowledge.zone());
  if (scans === null || !knowledge.knowledge()) return;
  drawTitle();
  touch.draw();
  tally.draw();
  today.draw();
  strip.draw({ known: knowledge.knowledge(), groupName: knowledge.groupName, colourOf: knowledge.colourOf, onUndo: undo });
}

/** After the server has told something new: scopes, mode and desk may have changed. */
export async function heard() {
  if (scans === null) return;
  const wasOpen = isOpen();
  const gone = await desk.draw();
  if (!isOpen()) door.dismiss();
  if (gone) notice(gone, NOTE);
  modes.draw();
  await draw();
  if (wasOpen !== isOpen()) wake();
}

async function undo(scan) {
  if ((await guard.staff()) && isOpen()) settle(scans.undo(scan));
}

function drawTitle() {
  const known = knowledge.knowledge();
  byId("event").textContent = known.events.map((event) => event.title).join(" / ") || named(known.campaign.name);
  const until = knowledge.expiry();
  const ends = until === null ? "" : say("until_short", { time: clockTime(until, knowledge.zone()) });
  byId("sitting").textContent = [sittingNow(), ends].filter(Boolean).join(" · ");
}

/** A device that is paired with nothing is a kiosk, not the event that it served. */
function dropTitle() {
  const name = element("span", "", say("title"));
  name.dataset.say = "title";
  byId("event").replaceChildren(name);
  byId("sitting").textContent = "";
}

/** The occurrences that take scans now, in words, first the one that a scan counts for; else the next one, else that
 * nothing more is planned. */
function sittingNow() {
  const [zone, now] = [knowledge.zone(), trueTime()];
  const counts = openThen(knowledge.sittings(), now);
  const open = knowledge.openNow(now).sort((one, other) => (other === counts) - (one === counts));
  if (open.length) {
    return open.map((at) => [whenToday(at, zone, now), at.venue].filter(Boolean).join(" · ")).join(" / ");
  }
  const coming = knowledge.sittings().filter((at) => at.held && Date.parse(at.opens) > now);
  coming.sort((a, b) => Date.parse(a.opens) - Date.parse(b.opens));
  return coming.length ? say("not_open_now", { when: when(coming[0], zone) }) : say("over_now");
}

export function notice(sentence, lasts = 0) {
  clearTimeout(noteTimer);
  tell(byId("notice"), sentence);
  if (lasts) noteTimer = setTimeout(() => tell(byId("notice"), ""), lasts);
}

/** A text was read: whatever lies over the screen makes room for its verdict. */
function read(text) {
  if (!isOpen()) return;
  used();
  menu.close();
  typing.close();
  guard.dismiss();
  settle(scans.code(text));
}

/** What could not be kept is said, and stays said after the verdict has gone. */
function settle(work) {
  work?.catch((error) => {
    notice(say("storage_failed"));
    throw error;
  });
}

function looks() {
  return isOpen() && !byId("look").hidden;
}

/** The camera runs where there is something for it to see, and what a scanner composes finds its field. */
function wake() {
  holdFocus();
  if (looks()) finder.open();
  else finder.close();
}

function modeChanged(mode) {
  if (mode !== "tally") settle(tally.settle());
  wake();
  draw();
}

/** Join the buttons, the scanner and the screen's own rhythm to the scans; once per page. sent(): a row is there to send. */
export function listen(sent) {
  const rowMade = () => {
    sent();
    draw();
  };
  modes.listen(modeChanged, guard.staff);
  touch.listen((group, headcount) => settle(scans.touch(group, headcount)), isOpen);
  tally.listen(rowMade, isOpen, guard.staff, settle);
  today.listen(tally.set);
  finder.listen(read, looks);
  typing.listen(read);
  desk.listen();
  guard.listen();
  const typed = { onText: read, onInputMethod: () => notice(say("ime"), NOTE), wanted: isOpen };
  holdFocus = wedge.listen(typed);
  scanner.listen({
    ...typed,
    onHand: (digit) => modes.current() === "tally" && !isBusy() && settle(tally.key(digit)),
  });
  setInterval(draw, REDRAW);
}
