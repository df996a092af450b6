// The live page of an event: its figures, sent as they change, else asked for once a second.

import { keepFresh, redraw } from "../live/auto-refresh.js";
import { listenTo } from "../live/events.js";

const EVERY = 1000; // ms
const root = /** @type {HTMLElement} */ (document.querySelector("[data-fresh]"));

const figures = /** @type {HTMLElement} */ (root.querySelector("[data-figures]"));

keepFresh(
  root,
  ({ html }) => redraw(figures, html),
  EVERY,
  (listener) => listenTo(root.dataset.events ?? "", listener),
);
