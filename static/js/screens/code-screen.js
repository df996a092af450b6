// A screen that shows an event's changing code. It holds a day of drawn codes, on disk too, and never what signs them.

import * as kept from "./stored-codes.js";
import { isProblem } from "../kiosk/server/response-shapes.js";
import * as shell from "../browser/app-update.js";

const TOKEN = "openweek-display";
const BORDER = 4;
const BLOCK = 120;
const HEARTBEAT = 30_000; // ms: how soon an ended screen goes dark by itself (its codes end on the server at once)
const RETRY = 10_000;
const PAUSE = 500;
const LOOK_FOR_NEWER = 300_000;
const LOOK = 250; // ms: how often the page looks at the time

const at = (id) => document.getElementById(id);
const codes = new Map(); // step → base64 of the modules
const known = { side: 0, step: 30, day: 0, zone: undefined, ahead: 0, mark: 0 };
let shown = null;
let timer = 0;

/** True time in ms: the server's, moved on by a clock that nobody sets. */
const now = () => known.ahead + (performance.now() - known.mark);
const present = () => Math.floor(now() / 1000 / known.step);

function reveal(id) {
  for (const one of ["pairing", "show"]) at(one).hidden = one !== id;
}

function path(bits, side) {
  const bytes = Uint8Array.from(atob(bits), (character) => character.charCodeAt(0));
  const dark = (index) => (bytes[index >> 3] >> (7 - (index & 7))) & 1;
  let drawn = "";
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      let end = x;
      while (end < side && dark(y * side + end)) end += 1;
      if (end > x) drawn += `M${x + BORDER} ${y + BORDER}h${end - x}v1h${x - end}z`;
      x = end;
    }
  }
  return drawn;
}

function draw() {
  if (!known.mark) return;
  const step = present();
  const bits = codes.get(step);
  at("empty").hidden = Boolean(bits);
  at("code").hidden = !bits;
  if (bits && step !== shown) {
    const whole = known.side + 2 * BORDER;
    at("code").setAttribute("viewBox", `0 0 ${whole} ${whole}`);
    at("modules").setAttribute("d", path(bits, known.side)); // at once, no fade: half of two codes is none
    at("code").dataset.step = step;
  }
  shown = bits ? step : null;
  const left = Math.ceil(known.step - ((now() / 1000) % known.step));
  at("left").value = left;
  at("seconds").textContent = left;
  at("clock").textContent = new Date(now()).toLocaleTimeString("zh-CN", { timeZone: known.zone, hour12: false });
}

/** True time at this moment: the server said what it was at some moment since it was asked. The middle of that, or, where a
 *  time is known already, no further from it than needs be: an answer that took half a minute moves no code. */
function heard(time, asked) {
  const mark = performance.now();
  const took = mark - asked;
  return { mark, ahead: known.mark ? Math.min(Math.max(now(), time), time + took) : time + took / 2 };
}

function keep(told, asked) {
  known.side = told.side || known.side;
  known.step = told.step_seconds;
  known.day = told.day;
  known.zone = told.zone;
  const { ahead, mark } = heard(Date.parse(told.server_time), asked);
  known.ahead = ahead;
  known.mark = mark;
  known.title = told.event.title;
  const fresh = told.codes.map((bits, index) => [told.first + index, bits]);
  for (const [step, bits] of fresh) codes.set(step, bits);
  for (const step of codes.keys()) if (step < present() - 1) codes.delete(step);
  at("title").textContent = known.title;
  at("offline").hidden = true;
  const { side, step, day, zone, title } = known;
  // Without a disk (a private window) the screen still shows what it holds.
  kept.keep(fresh, present() - 1, { side, step, day, zone, title, skew: Date.now() - now() }).catch(() => {});
}

/** What was kept before a power cut: true time by the device's clock, until the server is heard. */
async function recall() {
  const found = await kept.recall().catch(() => ({}));
  if (!found.known) return;
  const { skew, ...rest } = found.known;
  Object.assign(known, rest, { ahead: Date.now() - skew, mark: performance.now() });
  for (const [step, bits] of found.codes) codes.set(step, bits);
  at("title").textContent = known.title;
  draw();
}

function next() {
  let step = present();
  while (codes.has(step)) step += 1;
  return step;
}

/** Whether the server itself says that this screen is out of service; a login page of the network says 401, too. */
async function ended(response) {
  if (response.status !== 401) return false;
  return isProblem(await response.json().catch(() => null), response);
}

async function fetchCodes() {
  const token = localStorage.getItem(TOKEN);
  const first = known.mark ? next() : null;
  const full = first !== null && first - present() >= known.day;
  const query = first === null ? "" : `?from=${full ? present() : first}&count=${full ? 1 : BLOCK}`;
  const asked = performance.now();
  const response = await fetch(`/api/v1/display${query}`, { headers: { Authorization: `Bearer ${token}` }, cache: "no-store" });
  if (await ended(response)) return "ended";
  const told = response.ok ? await response.json() : null;
  if (!Array.isArray(told?.codes)) throw new Error("no codes");
  keep(told, asked);
  return full || next() - present() >= known.day ? "full" : "more";
}

function until() {
  if (!known.mark) return;
  const last = new Date(next() * known.step * 1000);
  const time = last.toLocaleTimeString("zh-CN", { timeZone: known.zone, hour12: false, hour: "2-digit", minute: "2-digit" });
  at("offline").textContent = `${at("offline").dataset.words} ${time}`;
  at("offline").hidden = false;
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
  kept.forget().catch(() => {});
  known.mark = 0;
  shown = null;
  at("modules").removeAttribute("d");
  at("ended").hidden = false;
  reveal("pairing");
}

async function pair(event) {
  event.preventDefault();
  at("pair-error").textContent = "";
  try {
    const response = await fetch("/api/v1/display/pair", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code: at("pair-code").value }),
    });
    const told = await response.json();
    if (!response.ok) {
      at("pair-error").textContent = told.detail ?? told.title;
      return;
    }
    localStorage.setItem(TOKEN, told.token);
    at("pair-code").value = "";
    at("ended").hidden = true;
    refresh();
  } catch {
    at("pair-error").textContent = at("pair-error").dataset.network;
  }
}

async function stayAwake() {
  try {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen");
  } catch {
    // Refused, on battery for example: the screen then follows its own settings.
  }
}

at("pair-form").addEventListener("submit", pair);
document.addEventListener("visibilitychange", stayAwake);
setInterval(draw, LOOK);
stayAwake();
shell.start(() => false);
setInterval(shell.lookForNewer, LOOK_FOR_NEWER);
if (localStorage.getItem(TOKEN)) {
  reveal("show");
  recall().then(refresh);
} else {
  reveal("pairing");
}
