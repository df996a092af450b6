// Taps of a clicker on their way to one tally row: each tap is on disk before the number on the screen moves, and what
// comes within two seconds of the tap before, for the same group and direction, becomes one row with its headcount.
//
// The open burst is {id, device, made, unsure, last, count, body, about}: last and count are its own, all else is of the scan
// that it will be.

import { KEPT, PAIRINGS, SCANS, within } from "./tables.js";
import { append, asShown, mustBeOurs } from "./scan-store.js";

export const PAUSE = 2000; // milliseconds without a tap that end a burst
const BURST = "burst";

function asScan({ id, device, made, unsure, count, body, about }) {
  const entry = about.entry && { ...about.entry, headcount: count };
  return { id, device, made, unsure, about: { ...about, entry }, body: asShown({ ...body, headcount: count }, body.shown, about) };
}

function same(burst, fresh, most) {
  const alike = burst.body.group === fresh.body.group && burst.body.direction === fresh.body.direction;
  return alike && burst.device === fresh.device && fresh.made - burst.last <= PAUSE && fresh.made >= burst.last && burst.count < most;
}

/**
 * One tap. fresh: {id, device, made, body, about} of the scan if it begins a burst; most: the largest headcount of a row.
 * Answers {burst, ended}: the burst that it belongs to, and whether another one became a row by it.
 */
export function tap(fresh, most) {
  return within("readwrite", [KEPT, SCANS, PAIRINGS], (kept, scans, pairings, answer) => {
    mustBeOurs(pairings, fresh.device);
    const asked = kept.get(BURST);
    asked.onsuccess = () => {
      const open = asked.result;
      const goesOn = open && same(open, fresh, most);
      const burst = goesOn ? { ...open, count: open.count + 1, last: fresh.made } : { ...fresh, count: 1, last: fresh.made };
      kept.put(burst, BURST);
      if (open && !goesOn) append(kept, scans, [asScan(open)], () => {});
      answer({ burst, ended: Boolean(open) && !goesOn });
    };
  });
}

/** The open burst becomes a row. Answers whether there was one. */
export function end() {
  return within("readwrite", [KEPT, SCANS], (kept, scans, answer) => {
    const asked = kept.get(BURST);
    asked.onsuccess = () => {
      answer(Boolean(asked.result));
      if (!asked.result) return;
      kept.delete(BURST);
      append(kept, scans, [asScan(asked.result)], () => {});
    };
  });
}

/** Take back the last tap of the open burst. Answers what is left of it, or null where none is open. */
export function untap() {
  return within("readwrite", [KEPT], (kept, answer) => {
    const asked = kept.get(BURST);
    asked.onsuccess = () => {
      const open = asked.result;
      if (!open) {
        answer(null);
        return;
      }
      const left = { ...open, count: open.count - 1, last: Date.now() };
      if (left.count) kept.put(left, BURST);
      else kept.delete(BURST);
      answer(left);
    };
  });
}

export function open() {
  return within("readonly", [KEPT], (kept, answer) => {
    const asked = kept.get(BURST);
    asked.onsuccess = () => answer(asked.result ?? null);
  });
}
