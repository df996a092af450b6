// The wall of a hall: runs for days in one page, drawn anew in place as figures are sent.

import { stayAwake } from "../browser/wake-lock.js";
import { keepFresh } from "../live/auto-refresh.js";
import { listenTo } from "../live/events.js";
import { morph } from "./morph.js";

const ASK_EVERY = 5000; // ms, where no stream can be had
const TURN = 15000; // ms between visits and coverage
const CLOCK = 1000; // ms
const IN_USE = 10_000; // ms after the last movement of the pointer or key

const root = /** @type {HTMLElement} */ (document.querySelector("[data-fresh]"));
const parts = /** @type {HTMLElement} */ (root.querySelector("[data-figures]"));
const clock = /** @type {HTMLTimeElement} */ (document.querySelector("[data-clock]"));

keepFresh(
  root,
  ({ html }) => morph(parts, html),
  ASK_EVERY,
  (listener) => listenTo(root.dataset.events ?? "", listener),
);

// Somebody is at the screen: what a hall need not see comes up. A pointer that rests is nobody.
let [pointerX, pointerY, rest] = [NaN, NaN, 0];
/** @param {Event} event */
function showUse(event) {
  if (event instanceof PointerEvent) {
    // Tiles that change under a pointer at rest send an event, too.
    const isSame = event.type === "pointermove" && event.clientX === pointerX && event.clientY === pointerY;
    [pointerX, pointerY] = [event.clientX, event.clientY];
    if (isSame) {
      return;
    }
  }
  document.body.classList.add("is-used");
  clearTimeout(rest);
  rest = setTimeout(() => document.body.classList.remove("is-used"), IN_USE);
}
for (const kind of ["pointermove", "pointerdown", "keydown"]) {
  document.addEventListener(kind, showUse, { passive: true });
}

// The page stands still for a reader who looks closely: by pointer or by keyboard.
setInterval(() => {
  if (root.querySelector(".tiles") && !document.body.matches(".is-used") && !root.matches(":focus-within")) {
    root.dataset.shade = root.dataset.shade === "visits" ? "coverage" : "visits";
  }
}, TURN);

const wallClock = new Intl.DateTimeFormat("en-GB", { timeZone: root.dataset.zone, hour: "2-digit", minute: "2-digit" });
setInterval(() => {
  const time = wallClock.format(new Date());
  if (clock.textContent !== time) {
    clock.textContent = time;
  }
}, CLOCK);

stayAwake();
