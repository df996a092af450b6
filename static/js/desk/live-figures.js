// The live page of an event: its figures, asked for once a second.

import { keepFresh, redraw } from "./auto-refresh.js";

const EVERY = 1000; // ms
const root = document.querySelector("[data-fresh]");

keepFresh(root, (figures) => redraw(root.querySelector("[data-figures]"), figures.html), EVERY);
