// The paired screen: what this device serves, its buttons, camera and scanner.

import * as api from "./api.js";
import { Camera } from "./camera.js";
import * as clock from "./clock.js";
import * as line from "./line.js";
import { byId, element, icon, tell } from "./page.js";
import { Scans } from "./scans.js";
import * as scanner from "./scanner.js";
import { used } from "./shell.js";
import * as store from "./store.js";
import * as strip from "./strip.js";
import { clockTime, dayOf, language, named, people, say, when } from "./words.js";

const KEEP_SCANS = 2 * 86_400_000; // milliseconds that answered scans stay on the device
const IME_NOTE = 10_000;
const REDRAW = 30_000;
const DOUBLE_TAP = 700; // milliseconds: a child that taps twice is one child

let known = null; // what GET /api/v1/kiosk told
let learned = null; // when, in milliseconds of the device's clock
let scans = null;
let camera = null;
let many = 1;
let tapped = -Infinity;
let noteTimer = null;
let resume = false; // the camera was on when the page was hidden

export function knowledge() {
  return known;
}

/** When the device last heard from the server what it must know, in milliseconds; null before. */
export function learnedAt() {
  return learned;
}

/** Ask the server what this device must know. Throws api.Failed; 401 means that it is out of service. */
export async function learn(token) {
  const left = Date.now();
  const told = await api.ask("/api/v1/kiosk", { token });
  clock.measure(left, Date.now(), told.server_time);
  learned = Date.now();
  await store.put("knowledge", told);
  await store.put("learned", learned);
  await store.put("skew", clock.skewNow());
  known = told;
  return told;
}

export async function recall() {
  known = (await store.get("knowledge")) ?? null;
  learned = (await store.get("learned")) ?? null;
  return known;
}

function groups() {
  return known.groups;
}

function groupOf(key) {
  return groups().find((group) => group.key === key);
}

function groupName(key) {
  const group = groupOf(key);
  return group ? named(group.name) : say("unknown_group");
}

function colourOf(key) {
  return groupOf(key)?.colour ?? "group-unknown";
}

/** Begin to take scans. */
export function open(token) {
  byId("pairing").hidden = true;
  byId("station").hidden = false;
  const place = {
    token,
    get known() {
      return known;
    },
    get zone() {
      return known.campaign.zone;
    },
    get rules() {
      return known.rules;
    },
    groupName,
    groupKey: (number) => groups().find((group) => group.number === number)?.key ?? null,
  };
  scans = new Scans(place, draw);
  store.forget(Date.now() - KEEP_SCANS);
  draw();
  wakeCamera();
}

export function isOpen() {
  return scans !== null && !byId("station").hidden;
}

/** Somebody is at the door: a verdict or a question is on the screen. */
export function isBusy() {
  return Boolean(document.querySelector("dialog[open]")) || !byId("verdict").hidden;
}

export function close() {
  camera?.release();
  scans = null;
  known = null;
  learned = null;
}

/** Everything on the screen that depends on language, time or scans. */
export function draw() {
  line.draw(learned, known?.campaign.zone);
  if (!isOpen()) return;
  drawTitle();
  drawGroups();
  strip.draw({
    zone: known.campaign.zone,
    groupName,
    colourOf,
    undoWithin: known.rules.undo_minutes * 60_000,
    onUndo: (scan) => settle(scans?.undo(scan)),
  });
}

function drawTitle() {
  byId("event").textContent = known.events.map((event) => event.title).join(" / ") || named(known.campaign.name);
  byId("sitting").textContent = sittingNow();
}

/** The occurrence that takes scans now, in words; else the next one, else that nothing more is planned. */
function sittingNow() {
  const zone = known.campaign.zone;
  const now = Date.now() - (clock.skewNow() ?? 0);
  const held = known.events.flatMap((event) => event.occurrences).filter((occurrence) => occurrence.held);
  const open = held.filter((at) => Date.parse(at.opens) <= now && now < Date.parse(at.closes));
  if (open.length) {
    return open.map((at) => [shortWhen(at, zone, now), at.venue].filter(Boolean).join(" · ")).join(" / ");
  }
  const coming = held.filter((at) => Date.parse(at.opens) > now).sort((a, b) => Date.parse(a.opens) - Date.parse(b.opens));
  return coming.length ? say("not_open_now", { when: when(coming[0], zone) }) : say("over_now");
}

function shortWhen(occurrence, zone, now) {
  const timed = occurrence.start.length > 10 && occurrence.end;
  if (!timed || dayOf(occurrence.start, zone) !== dayOf(now, zone)) return when(occurrence, zone);
  return `${clockTime(occurrence.start, zone)}–${clockTime(occurrence.end, zone)}`;
}

function drawGroups() {
  const list = byId("groups");
  // Drawn anew only when something changed: a button must not go away under a finger.
  const signature = JSON.stringify([language(), many, groups()]);
  if (list.dataset.signature === signature) return;
  list.dataset.signature = signature;
  const focused = document.activeElement?.dataset?.group;
  list.replaceChildren(...groups().map((group) => groupButton(group, named(group.name))));
  const unknown = { key: "unknown", icon: "unknown", colour: "group-unknown group-rest" };
  byId("rest").replaceChildren(groupButton(unknown, say("unknown_group")));
  if (focused) byId("touch").querySelector(`[data-group="${CSS.escape(focused)}"]`)?.focus();
}

function groupButton({ key, icon: drawing, colour }, name) {
  const button = element(
    "button",
    `group ${colour}`,
    icon(drawing),
    element("span", "group-name", name),
    many > 1 ? element("span", "group-many", `+${many}`) : null,
  );
  button.type = "button";
  button.dataset.group = key;
  button.setAttribute("aria-label", say("tap_group", { group: name, people: people(many) }));
  return button;
}

function setMany(number) {
  many = Math.min(Math.max(number, 1), known?.rules.max_headcount ?? 999);
  byId("many").textContent = String(many);
  byId("fewer").disabled = many === 1;
  if (known) drawGroups();
}

function notice(sentence, lasts = 0) {
  clearTimeout(noteTimer);
  tell(byId("notice"), sentence);
  if (lasts) noteTimer = setTimeout(() => tell(byId("notice"), ""), lasts);
}

/** A text was read: whatever lies over the screen makes room for its verdict. */
function read(text) {
  if (!isOpen()) return;
  used();
  byId("sheet").close();
  settle(scans.code(text));
}

/** A scan that could not be kept is said at once, before anybody walks on. */
function settle(work) {
  work?.catch((error) => {
    notice(say("storage_failed"));
    throw error;
  });
}

function cameraState({ state, why, cameras, facing }) {
  const finder = document.querySelector(".finder");
  finder.dataset.state = state;
  finder.classList.toggle("mirrored", facing === "user");
  byId("finder-off").hidden = state === "on";
  byId("camera-start").hidden = state === "starting" || why === "camera_none" || why === "camera_insecure";
  const reason = byId("camera-why");
  reason.dataset.say = state === "starting" ? "camera_busy" : (why ?? "camera_off");
  reason.textContent = say(reason.dataset.say);
  byId("camera-stop").hidden = state !== "on";
  byId("camera-switch").hidden = state !== "on" || !(cameras > 1);
}

async function wakeCamera() {
  camera ??= new Camera(byId("video"), read, cameraState);
  if (!Camera.possible()) cameraState({ state: "off", why: "camera_insecure" });
  else if ((await store.get("camera")) !== false && (resume || (await Camera.allowed()))) camera.start(await store.get("facing"));
  else cameraState({ state: "off", why: "camera_off" });
}

/** Join the buttons, the scanner and the screen's own rhythm to the scans; once per page. */
export function listen() {
  byId("touch").addEventListener("click", (event) => {
    const button = event.target.closest("[data-group]");
    if (!button || !isOpen() || event.timeStamp - tapped < DOUBLE_TAP) return;
    tapped = event.timeStamp;
    settle(scans.touch(button.dataset.group, many));
    setMany(1);
  });
  byId("fewer").addEventListener("click", () => setMany(many - 1));
  byId("more").addEventListener("click", () => setMany(many + 1));
  byId("camera-start").addEventListener("click", () => camera.start().then(() => store.put("camera", true)));
  byId("camera-stop").addEventListener("click", () => {
    camera.stop();
    store.put("camera", false);
  });
  byId("camera-switch").addEventListener("click", () => camera.turn().then(() => store.put("facing", camera.facing)));
  scanner.listen(read, () => notice(say("ime"), IME_NOTE), isOpen);
  document.addEventListener("visibilitychange", () => {
    if (!isOpen()) return;
    // A hidden page gets no frames, and on a phone it would keep the camera from others.
    if (document.hidden) {
      resume = Boolean(camera?.stream);
      camera?.release();
    } else {
      wakeCamera();
    }
  });
  setInterval(draw, REDRAW);
  setMany(1);
}
