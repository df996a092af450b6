// The devices of an event, kept fresh; and the next code for the next steward's phone, as soon as one has joined.

import { keepFresh, redraw } from "../live/auto-refresh.js";

const EVERY = 2000; // ms
const root = /** @type {HTMLElement} */ (document.querySelector("[data-fresh]"));
/** @type {Record<string, string>} */
const drawnParts = {};
let offered = ""; // the device after which the next code was asked for

/**
 * Draw the parts that have changed; the others keep what a reader has opened or is about to press.
 * @param {{parts: Record<string, string>}} payload
 */
function draw({ parts }) {
  for (const [name, html] of Object.entries(parts)) {
    if (drawnParts[name] !== html) {
      drawnParts[name] = html;
      redraw(/** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`)), html);
    }
  }
  offerNext();
}

/** Ten stewards stand in a row: whoever has joined makes room for the next. */
async function offerNext() {
  const button = /** @type {HTMLButtonElement | null} */ (root.querySelector("[data-next]"));
  if (!button || button.dataset.next === offered) return;
  const previous = offered;
  offered = button.dataset.next ?? "";
  const form = new FormData(button.form ?? undefined);
  form.set(button.name, button.value);
  try {
    const answer = await fetch(button.formAction, { method: "POST", body: form, redirect: "manual" });
    if (answer.type !== "opaqueredirect") offered = previous;
  } catch {
    offered = previous; // the button is still there, and the next answer tries again
  }
  soon();
}

const soon = keepFresh(root, draw, EVERY);
offerNext();
