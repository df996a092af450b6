// Tally clicks within two seconds of each other, for the same group and direction, become one row with their number. Every
// click is stored before the number on the screen changes.

import { KEPT, PAIRINGS, SCANS, within } from "./tables.js";
import { append, asShown, requirePairing } from "./scan-store.js";

export const PAUSE = 2000; // milliseconds without a tap that end a burst
const BURST = "burst";

/** @param {Burst} burst */
function asScan({ id, device, made, unsure, count, body, about }) {
  const entry = about.entry && { ...about.entry, headcount: count };
  const counted = asShown({ ...body, headcount: count }, body.shown, about);
  return { id, device, made, unsure, about: { ...about, entry }, body: counted };
}

/**
 * @param {Burst} burst
 * @param {NewScan} tapped
 * @param {number} maxHeadcount
 */
function same(burst, tapped, maxHeadcount) {
  const alike = burst.body.group === tapped.body.group && burst.body.direction === tapped.body.direction;
  const pause = tapped.made - burst.last;
  return alike && burst.device === tapped.device && pause >= 0 && pause <= PAUSE && burst.count < maxHeadcount;
}

/**
 * Add a click. tapped: the scan if it begins a burst. Answers its burst, and whether another burst became a row.
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
 * Remove the last click of the open burst. Answers the rest of it, or null where none is open.
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
