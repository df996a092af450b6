// A screen that shows an event's changing code. It holds a day of drawn codes, on disk too, and never what signs them.

import * as storedCodes from "./stored-codes.js";
import { isProblem } from "../kiosk/server/response-shapes.js";
import * as appUpdate from "../browser/app-update.js";

const TOKEN = "openweek-display";
const BORDER = 4;
const BLOCK = 120;
const HEARTBEAT = 30_000; // ms: how soon an ended screen goes dark by itself (its codes end on the server at once)
const RETRY = 10_000;
const PAUSE = 500;
const LOOK_FOR_NEWER = 300_000;
const LOOK = 250; // ms: how often the page looks at the time

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const field = /** @type {HTMLInputElement} */ (byId("pair-code"));
/** @type {Map<number, string>} */
const codes = new Map(); // step → base64 of the modules
/** @type {{side: number, step: number, day: number, zone: string | undefined, ahead: number, mark: number, title: string}} */
const screen = { side: 0, step: 30, day: 0, zone: undefined, ahead: 0, mark: 0, title: "" };
/** @type {number | null} */
let shownStep = null;
let timer = 0;

/** True time in ms: the server's, advanced by a clock that cannot be set. */
const now = () => screen.ahead + (performance.now() - screen.mark);
const present = () => Math.floor(now() / 1000 / screen.step);

/** @param {string} id */
function reveal(id) {
  for (const part of ["pairing", "show"]) byId(part).hidden = part !== id;
}

/**
 * @param {string} bits
 * @param {number} side
 */
function path(bits, side) {
  const bytes = Uint8Array.from(atob(bits), (character) => character.charCodeAt(0));
  /** @param {number} index */
  const dark = (index) => (bytes[index >> 3] >> (7 - (index & 7))) & 1;
  let commands = "";
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      let end = x;
      while (end < side && dark(y * side + end)) end += 1;
      if (end > x) commands += `M${x + BORDER} ${y + BORDER}h${end - x}v1h${x - end}z`;
      x = end;
    }
  }
  return commands;
}

function draw() {
  if (!screen.mark) return;
  const step = present();
  const bits = codes.get(step);
  byId("empty").hidden = Boolean(bits);
  byId("code").hidden = !bits;
  if (bits && step !== shownStep) {
    const whole = screen.side + 2 * BORDER;
    byId("code").setAttribute("viewBox", `0 0 ${whole} ${whole}`);
    byId("modules").setAttribute("d", path(bits, screen.side)); // at once, no fade: half of two codes is none
    byId("code").dataset.step = String(step);
  }
  shownStep = bits ? step : null;
  const secondsLeft = Math.ceil(screen.step - ((now() / 1000) % screen.step));
  /** @type {HTMLProgressElement} */ (byId("left")).value = secondsLeft;
  byId("seconds").textContent = String(secondsLeft);
  byId("clock").textContent = new Date(now()).toLocaleTimeString("zh-CN", { timeZone: screen.zone, hour12: false });
}

/** True time at this moment: the server said what it was at some moment since it was asked. The middle of that, or, where a
 *  time is known already, no further from it than needs be: an answer that took half a minute moves no code. */
/**
 * @param {number} time
 * @param {number} sentAt
 */
function measureTime(time, sentAt) {
  const mark = performance.now();
  const took = mark - sentAt;
  return { mark, ahead: screen.mark ? Math.min(Math.max(now(), time), time + took) : time + took / 2 };
}

/**
 * @param {any} payload
 * @param {number} sentAt
 */
function keep(payload, sentAt) {
  screen.side = payload.side || screen.side;
  screen.step = payload.step_seconds;
  screen.day = payload.day;
  screen.zone = payload.zone;
  const { ahead, mark } = measureTime(Date.parse(payload.server_time), sentAt);
  screen.ahead = ahead;
  screen.mark = mark;
  screen.title = payload.event.title;
  /** @type {[number, string][]} */
  const newCodes = payload.codes.map((/** @type {string} */ bits, /** @type {number} */ index) => [payload.first + index, bits]);
  for (const [step, bits] of newCodes) codes.set(step, bits);
  for (const step of codes.keys()) if (step < present() - 1) codes.delete(step);
  byId("title").textContent = screen.title;
  byId("offline").hidden = true;
  const { side, step, day, zone, title } = screen;
  // Without a disk (a private window) the screen still shows what it holds.
  storedCodes.keep(newCodes, present() - 1, { side, step, day, zone, title, skew: Date.now() - now() }).catch(() => {});
}

/** What was kept before a power cut: true time by the device's clock, until the server is heard. */
async function recall() {
  const stored = await storedCodes.recall().catch(() => null);
  if (!stored?.screen) return;
  const { skew, ...fields } = stored.screen;
  Object.assign(screen, fields, { ahead: Date.now() - skew, mark: performance.now() });
  for (const [step, bits] of stored.codes) codes.set(step, bits);
  byId("title").textContent = screen.title;
  draw();
}

function next() {
  let step = present();
  while (codes.has(step)) step += 1;
  return step;
}

/**
 * Whether the server itself says that this screen is out of service; a login page of the network says 401, too.
 * @param {Response} response
 */
async function ended(response) {
  if (response.status !== 401) return false;
  return isProblem(await response.json().catch(() => null), response);
}

async function fetchCodes() {
  const token = localStorage.getItem(TOKEN);
  const first = screen.mark ? next() : null;
  const full = first !== null && first - present() >= screen.day;
  const query = first === null ? "" : `?from=${full ? present() : first}&count=${full ? 1 : BLOCK}`;
  const sentAt = performance.now();
  const response = await fetch(`/api/v1/display${query}`, { headers: { Authorization: `Bearer ${token}` }, cache: "no-store" });
  if (await ended(response)) return "ended";
  const payload = response.ok ? await response.json() : null;
  if (!Array.isArray(payload?.codes)) throw new Error("no codes");
  keep(payload, sentAt);
  return full || next() - present() >= screen.day ? "full" : "more";
}

function until() {
  if (!screen.mark) return;
  const last = new Date(next() * screen.step * 1000);
  const time = last.toLocaleTimeString("zh-CN", { timeZone: screen.zone, hour12: false, hour: "2-digit", minute: "2-digit" });
  byId("offline").textContent = `${byId("offline").dataset.words} ${time}`;
  byId("offline").hidden = false;
}

async function refresh() {
  clearTimeout(timer);
  let pause = RETRY;
  try {
    const state = await fetchCodes();
    if (state === "ended") return end();
    reveal("show");
    pause = state === "full" ? HEARTBEAT : PAUSE;
  } catch {
    until();
  }
  draw();
  timer = setTimeout(refresh, pause);
  return undefined;
}

/** Out of service: nothing of its codes stays. */
function end() {
  localStorage.removeItem(TOKEN);
  codes.clear();
  storedCodes.forget().catch(() => {});
  screen.mark = 0;
  shownStep = null;
  byId("modules").removeAttribute("d");
  byId("ended").hidden = false;
  reveal("pairing");
}

/** @param {Event} event */
async function pair(event) {
  event.preventDefault();
  byId("pair-error").textContent = "";
  try {
    const response = await fetch("/api/v1/display/pair", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code: field.value }),
    });
    const payload = await response.json();
    if (!response.ok) {
      byId("pair-error").textContent = payload.detail ?? payload.title;
      return;
    }
    localStorage.setItem(TOKEN, payload.token);
    field.value = "";
    byId("ended").hidden = true;
    refresh();
  } catch {
    byId("pair-error").textContent = byId("pair-error").dataset.network ?? "";
  }
}

async function stayAwake() {
  try {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen");
  } catch {
    // Refused, on battery for example: the screen then follows its own settings.
  }
}

byId("pair-form").addEventListener("submit", pair);
document.addEventListener("visibilitychange", stayAwake);
setInterval(draw, LOOK);
stayAwake();
appUpdate.start(() => false);
setInterval(appUpdate.lookForNewer, LOOK_FOR_NEWER);
if (localStorage.getItem(TOKEN)) {
  reveal("show");
  recall().then(refresh);
} else {
  reveal("pairing");
}
