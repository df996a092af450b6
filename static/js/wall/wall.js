// The wall of a hall: runs for days in one page, drawn anew in place as figures are sent.

import { stayAwake } from "../browser/wake-lock.js";
import { keepFresh } from "../live/auto-refresh.js";
import { listenTo } from "../live/events.js";
import { morph } from "./morph.js";

const ASK_EVERY = 5000; // ms, where no stream can be had
const TURN = 15000; // ms between visits and coverage
const CLOCK = 1000; // ms

const root = /** @type {HTMLElement} */ (document.querySelector("[data-fresh]"));
const parts = /** @type {HTMLElement} */ (root.querySelector("[data-figures]"));
const clock = /** @type {HTMLTimeElement} */ (document.querySelector("[data-clock]"));

keepFresh(
  root,
  ({ html }) => morph(parts, html),
  ASK_EVERY,
  (listener) => listenTo(root.dataset.events ?? "", listener),
);

// The page stands still for a reader who looks closely: by pointer or by keyboard.
setInterval(() => {
  if (!root.matches(":hover, :focus-within")) {
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
