// The question of the week after a check-in: one tap, gone with the next scan. An answer waits on the device until its scan has
// been delivered, so it works without a network; then the device forgets it.

import { ask, Failed } from "../server/api.js";
import * as deviceState from "../server/device-state.js";
import { byId, element } from "../base/dom.js";
import { localized, say } from "../base/words.js";
import * as values from "../storage/device-values.js";
import * as store from "../storage/scan-store.js";

/** @typedef {{device: number, scan: string, answer: string}} WaitingAnswer */

const LASTS = 15_000; // milliseconds
const THANKS = 1500;
const KEY = "opinions";
const MOST = 5000; // answers on the device; check-ins go on without more
const AGAIN = [0, 401, 429, 503]; // statuses after which the same answer may be taken later

let timer = 0;
let work = Promise.resolve();

/**
 * Changes of the stored list, one after the other.
 * @param {() => Promise<void>} step
 */
function inTurn(step) {
  work = work.then(step, step);
  return work;
}

/** @returns {Promise<WaitingAnswer[]>} */
async function waiting() {
  return (await values.get(KEY)) ?? [];
}

export function close() {
  clearTimeout(timer);
  byId("question").hidden = true;
}

/**
 * Ask after a check-in at an occurrence, where its event asks.
 * @param {string} scan its id
 * @param {number | undefined} occurrence
 * @param {string} token
 */
export function offer(scan, occurrence, token) {
  const { events, question, kiosk } = deviceState.required();
  const event = events.find(({ occurrences }) => occurrences.some(({ id }) => id === occurrence));
  if (!question || !event?.asks_opinion) return;
  byId("question-text").textContent = localized(question.text);
  const buttons = question.answers.map(({ key, name }) => {
    const button = element("button", "", localized(name));
    button.type = "button";
    button.addEventListener("click", () => take({ device: kiosk.id, scan, answer: key }, token));
    return button;
  });
  byId("question-answers").replaceChildren(...buttons);
  byId("question").hidden = false;
  clearTimeout(timer);
  timer = setTimeout(close, LASTS);
}

/**
 * @param {WaitingAnswer} answer
 * @param {string} token
 */
async function take(answer, token) {
  byId("question-text").textContent = say("question_thanks");
  byId("question-answers").replaceChildren();
  clearTimeout(timer);
  timer = setTimeout(close, THANKS);
  await inTurn(async () => {
    const answers = await waiting();
    if (answers.length < MOST) await values.put(KEY, [...answers, answer]);
  });
  await send(answer.device, token);
}

/**
 * Hand in the answers whose scans the server has. Those of a pairing that has ended are dropped.
 * @param {number} device
 * @param {string} token
 */
export function send(device, token) {
  return inTurn(async () => {
    const answers = await waiting();
    const left = [];
    for (const [place, answer] of answers.entries()) {
      if (answer.device !== device) continue;
      const stored = await store.scan(answer.scan);
      if (stored && !stored.answer) left.push(answer);
      else if (!(await isTaken(answer, token))) {
        left.push(...answers.slice(place));
        break;
      }
    }
    if (left.length !== answers.length) await values.put(KEY, left);
  });
}

/**
 * Whether the server took the answer, or never will.
 * @param {WaitingAnswer} answer
 * @param {string} token
 */
async function isTaken({ scan, answer }, token) {
  try {
    await ask("/api/v1/kiosk/opinions", { token, body: { scan, answer } });
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return !AGAIN.includes(error.status);
  }
  return true;
}
