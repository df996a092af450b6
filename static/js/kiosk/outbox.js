// From the device to the server: every scan until the server has answered it by its id, always under the same id.

import * as api from "./api.js";
import * as clock from "./clock.js";
import { isResults } from "./shapes.js";
import * as store from "./store.js";

const BATCH = 100;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;
const PATIENT = 3; // failures before a batch is made smaller: it may be what the server stumbles over
const UNREADABLE = [400, 413, 422];
const ASIDE_EVERY = 3_600_000; // milliseconds
const NO_LONGER = 401;
const FINAL = ["stored", "repeat", "refused"]; // anything else: not kept, to be sent again

let token = null;
let told = () => {};
let running = null;
let next = null;
let timer = null;
let failures = 0;
let size = BATCH;
let blamed = 0; // scans set aside since the last that was answered
let lookedAside = -Infinity;

/** Begin: the device's token, and whom to tell {online, refused (401), detail} after every attempt. */
export function open(deviceToken, tell) {
  token = deviceToken;
  told = tell;
  failures = 0;
}

/** Send what waits. Answers when an attempt that began after this call is over, whether it worked or not. */
export function send() {
  if (!running) {
    running = attempt().finally(() => {
      running = null;
    });
    return running;
  }
  next ??= running.then(() => {
    next = null;
    return send();
  });
  return next;
}

/** A scan was added: send it, unless the server has just failed and the one timer will try again anyway. */
export function nudge() {
  if (timer === null && !running) send();
}

async function attempt() {
  clearTimeout(timer);
  timer = null;
  // Another tab of this kiosk may be sending: one at a time, and what it has delivered is not sent again.
  const outcome = navigator.locks ? await navigator.locks.request("openweek-outbox", drain) : await drain();
  const { waiting } = await store.queue();
  if (waiting && !outcome.refused) timer = setTimeout(send, outcome.pause);
  told(outcome);
}

async function drain() {
  for (;;) {
    const batch = await store.waiting(size);
    if (!batch.length) {
      await lookAside();
      return { online: true, pause: 0 };
    }
    try {
      const done = await post(batch);
      if (!done) return { online: true, pause: backOff() };
      failures = 0;
      blamed = 0;
      size = Math.min(size * 2, BATCH);
    } catch (error) {
      if (!(error instanceof api.Failed)) throw error;
      if (error.status === NO_LONGER) return { online: true, refused: true, detail: error.detail };
      if (UNREADABLE.includes(error.status) || (error.tooLarge && batch.length > 1)) {
        await narrow(batch);
        if (batch.length > 1) continue;
        blamed += 1;
        // Whoever reads none of them stumbles over no single one: then slowly.
        if (blamed < PATIENT) continue;
        return { online: true, pause: Math.max(backOff(), error.retryAfter) };
      }
      const pause = Math.max(backOff(), error.retryAfter);
      if (stumbled(error, batch)) await narrow(batch);
      return { online: error.status > 0, pause };
    }
  }
}

/** Whether this batch has failed so often that it should be smaller. A single scan is never blamed for the network. */
function stumbled(error, batch) {
  if (failures % PATIENT) return false;
  return batch.length > 1 || error.status === 500;
}

/** How many of the batch the server has answered for good. */
async function post(batch) {
  const left = Date.now();
  const body = { device_time: clock.stamp(left), scans: batch.map((scan) => scan.body) };
  const answer = await api.ask("/api/v1/scans", { token, body, is: isResults });
  clock.measure(left, Date.now(), answer.server_time);
  const posted = Object.fromEntries(batch.map((scan) => [scan.id, scan.body.shown]));
  const final = answer.results.filter((result) => result?.id in posted && FINAL.includes(result.verdict));
  await store.answered(final, posted);
  await store.put("skew", clock.skewNow());
  return final.length;
}

/** A batch that the server cannot read must not block those behind it: halve it until the bad one stands alone. */
async function narrow(batch) {
  if (batch.length > 1) {
    size = Math.ceil(batch.length / 2);
  } else {
    await store.setAside(batch[0].id); // the next one goes alone, too, until one is answered
  }
}

/** What was set aside is asked about now and then, one by one: the server may have been mended, or was never asked. */
async function lookAside() {
  if (performance.now() - lookedAside < ASIDE_EVERY) return;
  lookedAside = performance.now();
  for (const scan of await store.aside()) {
    try {
      await post([scan]);
    } catch (error) {
      if (!(error instanceof api.Failed)) throw error;
      if (!UNREADABLE.includes(error.status) && error.status !== 500) return;
    }
  }
}

function backOff() {
  const pause = Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE);
  failures += 1;
  // Spread, so that a hall of kiosks does not come back in one instant.
  return pause * (0.75 + Math.random() / 2);
}
