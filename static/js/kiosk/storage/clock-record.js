// The stored skew and time of the device's clock, for a restart without a network.

import * as clock from "../base/device-clock.js";
import * as store from "./scan-store.js";
import * as values from "./device-values.js";

/** After every measurement, and every minute: store the clock, and correct scans made while it was unsure. */
export async function save() {
  const fix = clock.correction();
  if (fix) await store.correct(clock.RUN, fix);
  await values.putAll({ skew: clock.skewNow(), time: clock.lastTime() });
}

export async function restore() {
  clock.restore(await values.get("skew"), await values.get("time"));
}
