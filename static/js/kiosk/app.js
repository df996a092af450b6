// Entry of the kiosk app: restore the stored state, then show the pairing screen or the check-in screen.

import { Failed } from "./server/api.js";
import * as heartbeat from "./server/heartbeat.js";
import * as tallyBurst from "./storage/tally-burst.js";
import * as sounds from "./base/sounds.js";
import * as pinDialog from "./screen/pin-dialog.js";
import * as joinByQr from "./pairing/join-by-qr.js";
import * as deviceState from "./server/device-state.js";
import * as connection from "./check-in/connection.js";
import * as question from "./check-in/question.js";
import * as stampCards from "./screen/stamp-cards.js";
import * as staffMenu from "./screen/staff-menu.js";
import * as modes from "./screen/modes.js";
import * as outbox from "./server/outbox.js";
import { inlineIcons, byId, element, setText } from "./base/dom.js";
import * as pairingScreen from "./pairing/pairing-screen.js";
import * as pairings from "./storage/pairings.js";
import { failureSentence } from "./storage/failure.js";
import * as pinHash from "./storage/pin-hash.js";
import * as appUpdate from "../browser/app-update.js";
import * as checkInScreen from "./check-in-screen.js";
import * as scanQueue from "./storage/scan-queue.js";
import * as values from "./storage/device-values.js";
import * as clockRecord from "./storage/clock-record.js";
import { stayAwake } from "../browser/wake-lock.js";
import { language, say, setLanguage } from "./base/words.js";

const CLIENT = 1;
const REFRESH = 5 * 60_000;
const KEEP_TIME = 60_000; // so that a device without a clock battery has a lower bound of the time after a restart
const LOOK_AT_CLOCK = 5000; // milliseconds
const BEGIN_AGAIN = 15_000; // milliseconds until a reload where the storage failed at the start

/** @type {string | null} */
let token = null;
let changing = false; // the pairing is being begun or ended on this page

/**
 * After every attempt to send. A device with a revoked token goes back to the pairing screen; its scans stay.
 * @param {import("./server/outbox.js").Outcome} outcome
 */
async function onDelivery({ online, refused, detail, earlier }) {
  if (online !== null) connection.set(online);
  checkInScreen.draw();
  if (token && refused === token) await unpair(detail || say("revoked"));
  else if (!token) await afterHandover();
  else {
    if (earlier) await pairings.tidy();
    heartbeat.queueIs((await scanQueue.summary()).waiting);
    if (online && deviceState.current()) await question.send(deviceState.required().kiosk.id, token);
  }
}

/**
 * Begin or end the pairing; followOtherTab() waits meanwhile.
 * @param {() => Promise<void>} work
 */
async function change(work) {
  changing = true;
  try {
    await work();
  } finally {
    changing = false;
  }
}

/** Another tab may have changed the pairing: reload with the present one. */
async function followOtherTab() {
  const ownToken = token;
  const present = (await values.get("token")) ?? null;
  if (!changing && ownToken === token && ownToken !== present) location.reload();
}

/**
 * End the pairing. Scans that are still stored go on being sent with the old token.
 * @param {string} reason
 */
async function unpair(reason) {
  let ended = false;
  await change(async () => {
    await tallyBurst.end();
    ended = token !== null && (await pairings.end(token));
    if (ended) token = null;
  });
  if (!ended) {
    await followOtherTab();
    return;
  }
  heartbeat.close();
  checkInScreen.close();
  deviceState.forget();
  await pinHash.clear();
  pinDialog.draw();
  byId("about").hidden = true;
  pairingScreen.open(reason, await scanQueue.summary());
  await afterHandover();
}

/** A device out of service deletes its data once its queue is empty. */
async function afterHandover() {
  const queue = await scanQueue.summary();
  pairingScreen.showUnsent(queue);
  await pairings.tidy();
}

/**
 * @param {string} newToken
 * @param {Kiosk} kiosk
 */
async function paired(newToken, kiosk) {
  heartbeat.close();
  checkInScreen.close();
  deviceState.forget();
  await change(async () => {
    await tallyBurst.end();
    await pairings.begin(newToken, kiosk);
    token = newToken;
  });
  await pairings.tidy();
  await begin();
  const until = deviceState.expiry();
  if (until !== null) checkInScreen.notice(say("until_told"), 15_000);
}

/**
 * A revoked device may still send its scans, so that comes first.
 * @param {string} detail
 */
async function outOfService(detail) {
  await outbox.send();
  if (token) await unpair(detail);
}

/** Fetch the state; without an answer go on with the stored one. */
async function refresh() {
  if (!token) return;
  const askedToken = token;
  try {
    const state = await deviceState.learn(askedToken);
    connection.set(true);
    if (state && state.least_client > CLIENT) offerReload();
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    if (askedToken !== token) return;
    if (error.status === 401) {
      await outOfService(deviceState.current() && deviceState.expired() ? say("expired") : error.detail || say("revoked"));
      return;
    }
    connection.set(error.status > 0);
  }
  await checkInScreen.stateChanged();
}

/**
 * After every heartbeat.
 * @param {import("./server/heartbeat.js").Beat} beat
 */
async function onHeartbeat({ online, news, gone, detail }) {
  connection.set(online);
  if (gone) await outOfService(deviceState.expired() ? say("expired") : detail || say("revoked"));
  else if (news) await refresh();
  else await checkInScreen.stateChanged();
  if (online && !gone && token) outbox.endPauses();
}

/** A pairing with an end ends also offline. */
async function checkExpiry() {
  if (token && deviceState.current() && deviceState.expired()) await outOfService(say("expired"));
}

async function begin() {
  if (!token) return;
  // The stored state opens the screen at once, without waiting for the server.
  if (!(await deviceState.recall(token))) await refresh();
  if (!token) return;
  if (!deviceState.current()) {
    pairingScreen.close();
    setText(byId("notice"), say("pair_offline"));
    setTimeout(begin, 5000);
    return;
  }
  setText(byId("notice"), "");
  pairingScreen.close();
  byId("about").hidden = false;
  await checkInScreen.open(token);
  await checkInScreen.stateChanged();
  if (!token) return;
  stayAwake();
  heartbeat.open(token, onHeartbeat);
  await refreshAndSend();
  await heartbeat.now();
}

function offerReload() {
  const button = element("button", "", say("reload"));
  button.type = "button";
  button.addEventListener("click", appUpdate.takeOver);
  const notice = byId("notice");
  notice.replaceChildren(element("span", "", say("new_version")), button);
  notice.hidden = false;
}

/** Why the pairing cannot be ended now: a sentence, or "". Sends the queue first. */
async function obstacleToLeaving() {
  if (!(await pinDialog.requireStaff())) return say("pin_needed");
  await outbox.send();
  const owed = (await pairings.owing()).find(({ present }) => present);
  return owed?.waiting ? say("repair_wait", { count: owed.waiting }) : "";
}

async function endPairing() {
  const obstacle = await obstacleToLeaving();
  if (!obstacle) await unpair("");
  return obstacle;
}

function listen() {
  byId("language").addEventListener("click", async () => {
    setLanguage(language() === "zh" ? "en" : "zh");
    await values.put("language", language());
    staffMenu.draw();
    pinDialog.draw();
    if (token) modes.draw();
    checkInScreen.draw();
  });
  staffMenu.listen(endPairing);
  stampCards.listen();
  byId("cards-open").addEventListener("click", () => {
    staffMenu.close();
    if (token) stampCards.open(token);
  });
  joinByQr.listen(() => (token ? deviceState.current()?.kiosk ?? null : null), obstacleToLeaving, paired);
  for (const first of ["pointerdown", "keydown"]) document.addEventListener(first, sounds.unlock, { passive: true });
  addEventListener("online", refreshAndSend);
  setInterval(refreshAndSend, REFRESH);
  setInterval(checkExpiry, LOOK_AT_CLOCK);
  setInterval(followOtherTab, LOOK_AT_CLOCK); // for browsers without BroadcastChannel
  setInterval(clockRecord.save, KEEP_TIME);
}

async function refreshAndSend() {
  appUpdate.lookForNewer();
  await refresh();
  await outbox.send();
}

/** Without a pairing: show the pairing screen, and send what an earlier pairing has left. */
async function unpaired() {
  await tallyBurst.end(); // left over from a power cut
  pairingScreen.open("", await scanQueue.summary());
  await outbox.send();
}

async function start() {
  await inlineIcons();
  setLanguage((await values.get("language")) ?? language());
  sounds.setSound((await values.get("sound")) ?? true);
  await clockRecord.restore();
  await pinHash.recall();
  staffMenu.draw();
  pinDialog.draw();
  listen();
  checkInScreen.listen(outbox.nudge);
  pairingScreen.listen(paired);
  outbox.open(onDelivery);
  pairings.watch(followOtherTab);
  appUpdate.start(checkInScreen.isBusy);
  token = (await values.get("token")) ?? null;
  if (token) await deviceState.recall(token);
  joinByQr.look();
  if (token) await begin();
  else await unpaired();
  navigator.storage?.persist?.();
}

start().catch((error) => {
  setText(byId("notice"), say(failureSentence(error)));
  setTimeout(() => location.reload(), BEGIN_AGAIN); // the kiosk may be unattended
  throw error;
});
