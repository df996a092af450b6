// Taps of a clicker on their way to one tally row: each tap is on disk before the number on the screen moves, and what
// comes within two seconds of the tap before, for the same group and direction, becomes one row with its headcount.
//
// The open burst is {id, device, made, unsure, last, count, body, about}: last and count are its own, all else is of the scan
// that it will be.

import { KEPT, PAIRINGS, SCANS, within } from "./tables.js";
import { append, asShown, requirePairing } from "./scan-store.js";

export const PAUSE = 2000; // milliseconds without a tap that end a burst
const BURST = "burst";

/** @param {Burst} burst */
function asScan({ id, device, made, unsure, count, body, about }) {
  const entry = about.entry && { ...about.entry, headcount: count };
  return { id, device, made, unsure, about: { ...about, entry }, body: asShown({ ...body, headcount: count }, body.shown, about) };
}

/**
 * @param {Burst} burst
 * @param {NewScan} tapped
 * @param {number} maxHeadcount
 */
function same(burst, tapped, maxHeadcount) {
  const alike = burst.body.group === tapped.body.group && burst.body.direction === tapped.body.direction;
  return alike && burst.device === tapped.device && tapped.made - burst.last <= PAUSE && tapped.made >= burst.last && burst.count < maxHeadcount;
}

/**
 * One tap. fresh: {id, device, made, body, about} of the scan if it begins a burst; most: the largest headcount of a row.
 * Answers {burst, ended}: the burst that it belongs to, and whether another one became a row by it.
 * @param {NewScan & {about: About}} tapped
 * @param {number} maxHeadcount
 * @returns {Promise<{burst: Burst, ended: boolean}>}
 */
export function tap(tapped, maxHeadcount) {
  return within("readwrite", [KEPT, SCANS, PAIRINGS], (values, scans, pairings, answer) => {
    requirePairing(pairings, tapped.device);
    const request = values.get(BURST);
    request.onsuccess = () => {
      /** @returns {Promise<Burst | null>} */
      const open = request.result;
      const goesOn = open && same(open, tapped, maxHeadcount);
      const burst = goesOn ? { ...open, count: open.count + 1, last: tapped.made } : { ...tapped, count: 1, last: tapped.made };
      values.put(burst, BURST);
      if (open && !goesOn) append(values, scans, [asScan(open)], () => {});
      answer({ burst, ended: Boolean(open) && !goesOn });
    };
  });
}

/**
 * The open burst becomes a row. Answers whether there was one.
 * @returns {Promise<boolean>}
 */
export function end() {
  return within("readwrite", [KEPT, SCANS], (values, scans, answer) => {
    const request = values.get(BURST);
    request.onsuccess = () => {
      answer(Boolean(request.result));
      if (!request.result) return;
      values.delete(BURST);
      append(values, scans, [asScan(request.result)], () => {});
    };
  });
}

/**
 * Take back the last tap of the open burst. Answers what is left of it, or null where none is open.
 * @returns {Promise<Burst | null>}
 */
export function untap() {
  return within("readwrite", [KEPT], (values, answer) => {
    const request = values.get(BURST);
    request.onsuccess = () => {
      const open = request.result;
      if (!open) {
        answer(null);
        return;
      }
      const burst = { ...open, count: open.count - 1, last: Date.now() };
      if (burst.count) values.put(burst, BURST);
      else values.delete(BURST);
      answer(burst);
    };
  });
}

export function open() {
  return within("readonly", [KEPT], (values, answer) => {
    const request = values.get(BURST);
    request.onsuccess = () => answer(request.result ?? null);
  });
}
