// The device's clock, and how far it is from the server's. Positive skew: the device is ahead.

const TRUSTED_ROUND_TRIP = 2000; // milliseconds; half of it is how wrong a measurement may be
let skew = null;

/** Measure: the device's clock when the request left and when the answer came, and the time in the answer. */
export function measure(left, came, serverTime) {
  const server = Date.parse(serverTime);
  if (Number.isNaN(server) || came < left) return;
  // A slow answer says little, but more than nothing.
  if (came - left <= TRUSTED_ROUND_TRIP || skew === null) skew = Math.round((left + came) / 2 - server);
}

/** Milliseconds, or null while the server's time was never heard. */
export function skewNow() {
  return skew;
}

export function restore(known) {
  if (skew === null && Number.isFinite(known)) skew = known;
}

/** An instant of the device's clock as RFC 3339 with its own offset: 2027-04-20T09:29:58.004+08:00. */
export function stamp(milliseconds) {
  const offset = -new Date(milliseconds).getTimezoneOffset();
  const local = new Date(milliseconds + offset * 60_000).toISOString().slice(0, -1);
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}
