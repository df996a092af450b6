// The device's clock, and how far it is from the server's. Positive skew: the device is ahead.
//
// Somebody may set the clock while the app runs, and a device may start with another clock than it was switched off with. A
// clock that nobody sets (performance.now) tells the first, the last true time that was kept tells the second. That other
// clock may stand still while a device sleeps, so a leap forward alone says nothing for certain: until the server is heard
// again the time is unsure, and nobody is turned away by it.

const TRUSTED_ROUND_TRIP = 2000; // milliseconds; half of it is how wrong a measurement may be
const LONGEST = 10_000; // milliseconds; no request takes longer (server/api.js), so the clock was set meanwhile
const BACK = 2000; // milliseconds; from there on a clock was set back: two clocks never run quite alike
const FORWARD = 60_000; // milliseconds; less is no matter at the door

/** Names this run of the page: what was noted while the time was unsure is set right within the same run alone. */
export const RUN = String(performance.timeOrigin);

/** @type {number | null} */
let skew = null; // at the anchor
let anchor = { wall: Date.now(), steady: performance.now() };
let lost = false; // the device started with a clock that cannot be right
/** @type {number | null} */
let floor = null; // then: the true time at the anchor is not earlier, in milliseconds
let noted = false; // something was noted while the time was unsure
/** @type {{skew: number, leap: number} | null} */
let unapplied = null; // {skew, leap}: the measurement that sets it right

function setAnchor() {
  anchor = { wall: Date.now(), steady: performance.now() };
}

/** How far the device's clock has gone ahead, since the anchor, of the one that nobody sets. */
function leap() {
  return Date.now() - anchor.wall - (performance.now() - anchor.steady);
}

/**
 * Measure: the device's clock when the request left and when the answer came, and the time in the answer.
 * @param {number} sentAt
 * @param {number} receivedAt
 * @param {string} serverTime
 */
export function measure(sentAt, receivedAt, serverTime) {
  const server = Date.parse(serverTime);
  if (Number.isNaN(server) || receivedAt < sentAt || receivedAt - sentAt > LONGEST) return;
  const settled = skew !== null && isSure() && !noted;
  // A slow answer says little, but more than nothing.
  if (settled && receivedAt - sentAt > TRUSTED_ROUND_TRIP) return;
  skew = Math.round((sentAt + receivedAt) / 2 - server);
  if (noted) unapplied ??= { skew, leap: leap() };
  [noted, lost] = [false, false];
  setAnchor();
}

/** Milliseconds, or null while the server's time was never heard. */
export function skewNow() {
  if (skew === null) return null;
  const leapt = leap();
  return leapt < -BACK ? Math.round(skew + leapt) : skew;
}

/** Whether the true time is known, as well as a device can know it by itself. */
export function isSure() {
  return !lost && leap() < FORWARD;
}

/** True time in milliseconds, as far as this device knows it. */
export function trueTime() {
  return Date.now() - (skewNow() ?? 0);
}

function earliest() {
  return lost ? Math.min(trueTime(), (floor ?? 0) + performance.now() - anchor.steady) : trueTime() - Math.max(0, leap());
}

/** Null where the time is sure, else {run, leap, earliest}: what sets it right later, and what it is at least, in milliseconds. */
export function doubt() {
  if (isSure()) return null;
  noted = true;
  return { run: RUN, leap: leap(), earliest: earliest() };
}

/**
 * Null, or once after a measurement: (skew, doubt) → the skew that something noted in doubt really had. What the clock leapt
 * between was a hand's doing where it went back; where it went forward, whatever fits better to what was believed then.
 */
export function correction() {
  const measured = unapplied;
  unapplied = null;
  if (!measured) return null;
  return (/** @type {number} */ believed, /** @type {Doubt} */ noted) => {
    const [asNow, asThen] = [measured.skew, Math.round(measured.skew + noted.leap - measured.leap)];
    const setBack = measured.leap < noted.leap - BACK;
    return setBack || Math.abs(asThen - believed) < Math.abs(asNow - believed) ? asThen : asNow;
  };
}

/** For the next run: the true time is not earlier, in milliseconds, and whether it is sure. */
export function lastTime() {
  return { last: isSure() ? trueTime() : earliest(), sure: isSure() };
}

/**
 * What a run before this one has kept: its skew and its lastTime().
 * @param {unknown} storedSkew
 * @param {{last?: number | null, sure?: boolean}} [record]
 */
export function restore(storedSkew, { last = null, sure = true } = {}) {
  if (skew !== null || typeof storedSkew !== "number" || !Number.isFinite(storedSkew)) return;
  skew = storedSkew;
  setAnchor();
  if (last === null) return;
  const early = trueTime() < last - BACK;
  if (early) skew = Math.round(Date.now() - last); // it was later already: as much is known, and no more
  lost = early || !sure;
  floor = last;
}

/**
 * An instant of the device's clock as RFC 3339 with its own offset: 2027-04-20T09:29:58.004+08:00.
 * @param {number} milliseconds
 */
export function stamp(milliseconds) {
  const offset = -new Date(milliseconds).getTimezoneOffset();
  const local = new Date(milliseconds + offset * 60_000).toISOString().slice(0, -1);
  const two = (/** @type {number} */ number) => String(Math.floor(number)).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}
