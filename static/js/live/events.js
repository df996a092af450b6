// The stream of a live page: server-sent events. Without one the page asks (auto-refresh.js).

import { takeSlot } from "./stream-slots.js";

const SILENCE = 25000; // ms; the server says something each 10 seconds
const AGAIN = 1000; // ms after a stream that broke
const REFUSED = 30000; // ms after one that the server could not give

/**
 * @typedef {object} Listener
 * @property {(payload: any) => void} take what has changed, with its tag
 * @property {() => void} alive nothing has changed
 * @property {() => void} ended ask again
 */
/** @typedef {{open: () => void, close: () => void, isOpen: () => boolean}} Stream */

/**
 * The markup after a change that names only the lines that differ; undefined where it leads on from another state.
 * @param {{tag: string, html: string} | undefined} known
 * @param {{base?: string, html?: string, lines?: [number, string][]}} payload
 */
export function changedMarkup(known, payload) {
  if (payload.html !== undefined) {
    return payload.html;
  }
  if (known === undefined || known.tag !== payload.base) {
    return undefined;
  }
  const lines = known.html.split("\n");
  for (const [number, line] of payload.lines ?? []) {
    lines[number] = line;
  }
  return lines.join("\n");
}

/**
 * A stream that opens on request, at the earliest a while after the last one.
 * @param {string} address
 * @param {Listener} listener
 * @returns {Stream}
 */
export function listenTo(address, listener) {
  /** @type {EventSource | undefined} */
  let source;
  /** @type {{tag: string, html: string} | undefined} */
  let known;
  let heardAt = 0;
  let notBefore = 0;
  let answered = false;
  let wanted = false;
  let asking = false; // for a slot
  /** @type {(() => void) | undefined} */
  let free;

  function heard() {
    answered = true;
    heardAt = Date.now();
  }

  function close() {
    wanted = false;
    source?.close();
    source = undefined;
    free?.();
    free = undefined;
  }

  function lose() {
    // Every page of a server that begins anew comes back: not all in the same moment.
    notBefore = Date.now() + (answered ? AGAIN : REFUSED) * (1 + Math.random());
    close();
    listener.ended();
  }

  /** @param {MessageEvent<string>} event */
  function take({ data }) {
    heard();
    const payload = JSON.parse(data);
    const html = changedMarkup(known, payload);
    if (html === undefined) {
      known = undefined;
      lose();
      return;
    }
    known = { tag: payload.tag, html };
    listener.take({ ...payload, html });
  }

  async function open() {
    wanted = true;
    if (source !== undefined || asking || Date.now() < notBefore) {
      return;
    }
    asking = true;
    const slot = await takeSlot();
    asking = false;
    if (slot === null || !wanted) {
      slot?.();
      return;
    }
    free = slot;
    begin();
  }

  function begin() {
    answered = false;
    heardAt = Date.now();
    source = new EventSource(known ? `${address}?tag=${encodeURIComponent(known.tag)}` : address);
    source.addEventListener("open", heard);
    source.addEventListener("figures", take);
    source.addEventListener("ping", () => {
      heard();
      listener.alive();
    });
    source.addEventListener("over", lose);
    source.addEventListener("error", lose);
  }

  function isOpen() {
    if (source !== undefined && Date.now() - heardAt > SILENCE) {
      lose();
    }
    return source !== undefined && answered;
  }

  return { open, close, isOpen };
}
