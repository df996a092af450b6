// The device's clock, and how far it is from the server's. Positive skew: the device is ahead.
//
// The clock may be set while the app runs: performance.now, which cannot be set, shows that. It may also be wrong after a
// restart: the stored last true time shows that. performance.now may stand still while a device sleeps, so after a leap
// forward the time is unsure until the server answers, and no scan is refused by it.

const TRUSTED_ROUND_TRIP = 2000; // milliseconds; half of it is how wrong a measurement may be
const LONGEST = 10_000; // milliseconds; no request takes longer (server/api.js), so the clock was set meanwhile
const BACK = 2000; // milliseconds; a larger difference means that the clock was set back
const FORWARD = 60_000; // milliseconds; a smaller leap does not matter

/** Identifies this run of the page: unsure times are corrected only within the same run. */
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

/** How far the clock has leapt since the anchor, compared with performance.now, in milliseconds. */
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
  // A slow answer is used only where nothing better is known.
  if (settled && receivedAt - sentAt > TRUSTED_ROUND_TRIP) return;
  skew = Math.round((sentAt + receivedAt) / 2 - server);
  if (noted) unapplied ??= { skew, leap: leap() };
  [noted, lost] = [false, false];
  setAnchor();
}

/** Milliseconds, or null before the first measurement. */
export function skewNow() {
  if (skew === null) return null;
  const leapt = leap();
  return leapt < -BACK ? Math.round(skew + leapt) : skew;
}

/** Whether the true time is known. */
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

/** Null where the time is sure, else what is needed to correct it later, and the earliest possible time. */
export function doubt() {
  if (isSure()) return null;
  noted = true;
  return { run: RUN, leap: leap(), earliest: earliest() };
}

/**
 * Once after a measurement: a function (skew, doubt) → the true skew of a scan made while the time was unsure; else null.
 * A leap back was the clock being set; of a leap forward the variant is taken that fits better to the skew believed then.
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

/** For the next run: a lower bound of the true time in milliseconds, and whether it is sure. */
export function lastTime() {
  return { last: isSure() ? trueTime() : earliest(), sure: isSure() };
}

/**
 * Take the skew and the lastTime() of an earlier run.
 * @param {unknown} storedSkew
 * @param {{last?: number | null, sure?: boolean}} [record]
 */
export function restore(storedSkew, { last = null, sure = true } = {}) {
  if (skew !== null || typeof storedSkew !== "number" || !Number.isFinite(storedSkew)) return;
  skew = storedSkew;
  setAnchor();
  if (last === null) return;
  const early = trueTime() < last - BACK;
  if (early) skew = Math.round(Date.now() - last); // the clock is behind the stored time
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
