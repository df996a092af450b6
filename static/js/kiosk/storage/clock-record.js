// What the device keeps of its clock, so that a restart without a network knows what time it is at least.

import * as clock from "../base/device-clock.js";
import * as store from "./scan-store.js";

/** After every measurement, and now and then: keep what is known, and set right what was noted in doubt. */
export async function note() {
  const fix = clock.correction();
  if (fix) await store.correct(clock.RUN, fix);
  await store.putAll({ skew: clock.skewNow(), time: clock.told() });
}

export async function recall() {
  clock.restore(await store.get("skew"), await store.get("time"));
}
