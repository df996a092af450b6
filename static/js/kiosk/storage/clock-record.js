// What the device keeps of its clock, so that a restart without a network knows what time it is at least.

import * as clock from "../base/device-clock.js";
import * as store from "./scan-store.js";
import * as values from "./device-values.js";

/** After every measurement, and now and then: keep what is known, and set right what was noted in doubt. */
export async function save() {
  const fix = clock.correction();
  if (fix) await store.correct(clock.RUN, fix);
  await values.putAll({ skew: clock.skewNow(), time: clock.lastTime() });
}

export async function restore() {
  clock.restore(await values.get("skew"), await values.get("time"));
}
