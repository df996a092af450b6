// The kiosk app begins here: restore what the device keeps, then pair, or open the station.

import { Failed } from "./server/api.js";
import * as beat from "./server/heartbeat.js";
import * as bursts from "./storage/tally-burst.js";
import * as feedback from "./base/sounds.js";
import * as guard from "./screen/pin-dialog.js";
import * as joining from "./pairing/join-by-qr.js";
import * as knowledge from "./server/device-state.js";
import * as line from "./check-in/connection.js";
import * as menu from "./screen/staff-menu.js";
import * as modes from "./screen/modes.js";
import * as outbox from "./server/outbox.js";
import { bringIcons, byId, element, tell } from "./base/dom.js";
import * as pairing from "./pairing/pairing-screen.js";
import * as pairings from "./storage/pairings.js";
import * as pin from "./storage/pin-hash.js";
import * as shell from "../browser/app-update.js";
import * as station from "./check-in-screen.js";
import * as store from "./storage/scan-store.js";
import * as timekeeping from "./storage/clock-record.js";
import { stayAwake } from "../browser/wake-lock.js";
import { language, say, speak } from "./base/words.js";

const CLIENT = 1;
const REFRESH = 5 * 60_000;
const KEEP_TIME = 60_000; // a device that loses its clock with its power knows then what time it was
const LOOK_AT_CLOCK = 5000; // milliseconds between two looks whether this device's time is over
const BEGIN_AGAIN = 15_000; // milliseconds after a start that the device's storage has stopped

let token = null;
let changing = false; // the pairing is being begun or ended on this page

/** After every attempt to send. A device that the server no longer knows asks for a new code; its scans stay. */
async function sent({ online, refused, detail, earlier }) {
  if (online !== null) line.set(online);
  station.draw();
  if (token && refused === token) await unpair(detail || say("revoked"));
  else if (!token) await handedOver();
  else {
    if (earlier) await pairings.tidy();
    beat.queueIs((await store.queue()).waiting);
  }
}

/** Change the pairing, and do nothing else about it meanwhile. */
async function change(work) {
  changing = true;
  try {
    await work();
  } finally {
    changing = false;
  }
}

/** Another page of this browser may have paired anew, or ended the pairing: this one begins again with what holds now. */
async function follow() {
  const mine = token;
  const present = (await store.get("token")) ?? null;
  if (!changing && mine === token && mine !== present) location.reload();
}

/** The end of a pairing. What the device still holds goes on being handed over under its old name, if it may. */
async function unpair(why) {
  let ended = false;
  await change(async () => {
    await bursts.end();
    ended = await pairings.end(token);
    if (ended) token = null;
  });
  if (!ended) {
    await follow();
    return;
  }
  beat.close();
  station.close();
  knowledge.forget();
  await pin.clear();
  guard.draw();
  byId("about").hidden = true;
  pairing.open(why, await store.queue());
  await handedOver();
}

/** A device out of service that has nothing left to hand over forgets all it knew. */
async function handedOver() {
  const queue = await store.queue();
  pairing.kept(queue);
  await pairings.tidy();
}

async function paired(newToken, kiosk) {
  beat.close();
  station.close();
  knowledge.forget();
  await change(async () => {
    await bursts.end();
    await pairings.begin(newToken, kiosk);
    token = newToken;
  });
  await pairings.tidy();
  await begin();
  const until = knowledge.expiry();
  if (until !== null) station.notice(say("until_told"), 15_000);
}

/** A revoked device may still hand in what it holds, so that comes first. */
async function outOfService(detail) {
  await outbox.send();
  if (token) await unpair(detail);
}

/** Learn what the server has to tell; without an answer go on with what is known. */
async function refresh() {
  if (!token) return;
  const mine = token;
  try {
    const told = await knowledge.learn(mine);
    line.set(true);
    if (told.least_client > CLIENT) offerReload();
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    if (mine !== token) return;
    if (error.status === 401) {
      await outOfService(knowledge.knowledge() && knowledge.expired() ? say("expired") : error.detail || say("revoked"));
      return;
    }
    line.set(error.status > 0);
  }
  await station.heard();
}

/** After every heartbeat. */
async function beaten({ online, news, gone, detail }) {
  const back = online && !line.isOnline();
  line.set(online);
  if (gone) await outOfService(knowledge.expired() ? say("expired") : detail || say("revoked"));
  else if (news) await refresh();
  else await station.heard();
  if (back && token) outbox.nudge();
}

/** A steward's own phone goes with the event, also without a network. */
async function lookAtClock() {
  if (token && knowledge.knowledge() && knowledge.expired()) await outOfService(say("expired"));
}

async function begin() {
  // What is known already opens the door at once; a server that does not answer must not hold it up.
  if (!(await knowledge.recall(token))) await refresh();
  if (!token) return;
  if (!knowledge.knowledge()) {
    pairing.close();
    tell(byId("notice"), say("pair_offline"));
    setTimeout(begin, 5000);
    return;
  }
  tell(byId("notice"), "");
  pairing.close();
  byId("about").hidden = false;
  await station.open(token);
  await station.heard();
  stayAwake();
  beat.open(token, beaten);
  await refreshAndSend();
  await beat.now();
}

function offerReload() {
  const button = element("button", "", say("reload"));
  button.type = "button";
  button.addEventListener("click", shell.takeOver);
  const place = byId("notice");
  place.replaceChildren(element("span", "", say("new_version")), button);
  place.hidden = false;
}

/** What keeps this device from leaving its pairing: a sentence, or "". The queue is handed over first. */
async function hindrance() {
  if (!(await guard.staff())) return say("pin_needed");
  await outbox.send();
  const owed = (await pairings.owing()).find(({ present }) => present);
  return owed?.waiting ? say("repair_wait", { count: owed.waiting }) : "";
}

async function endPairing() {
  const why = await hindrance();
  if (!why) await unpair("");
  return why;
}

function listen() {
  byId("language").addEventListener("click", async () => {
    speak(language() === "zh" ? "en" : "zh");
    await store.put("language", language());
    menu.draw();
    guard.draw();
    if (token) modes.draw();
    station.draw();
  });
  menu.listen(endPairing);
  joining.listen(() => (token ? knowledge.knowledge()?.kiosk ?? null : null), hindrance, paired);
  for (const first of ["pointerdown", "keydown"]) document.addEventListener(first, feedback.unlock, { passive: true });
  addEventListener("online", refreshAndSend);
  setInterval(refreshAndSend, REFRESH);
  setInterval(lookAtClock, LOOK_AT_CLOCK);
  setInterval(follow, LOOK_AT_CLOCK); // for browsers whose pages cannot tell each other
  setInterval(timekeeping.note, KEEP_TIME);
}

async function refreshAndSend() {
  shell.lookForNewer();
  await refresh();
  await outbox.send();
}

/** Without a pairing: ask for a code, and hand over what an earlier pairing has left. */
async function unpaired() {
  await bursts.end(); // what a power cut left behind
  pairing.open("", await store.queue());
  await outbox.send();
}

async function start() {
  await bringIcons();
  speak((await store.get("language")) ?? language());
  feedback.setSound((await store.get("sound")) ?? true);
  await timekeeping.recall();
  await pin.recall();
  menu.draw();
  guard.draw();
  listen();
  station.listen(outbox.nudge);
  pairing.listen(paired);
  outbox.open(sent);
  pairings.watch(follow);
  shell.start(station.isBusy);
  token = (await store.get("token")) ?? null;
  if (token) await knowledge.recall(token);
  joining.look();
  if (token) await begin();
  else await unpaired();
  navigator.storage?.persist?.();
}

start().catch((error) => {
  tell(byId("notice"), say("storage_failed"));
  setTimeout(() => location.reload(), BEGIN_AGAIN); // nobody may stand here to do it
  throw error;
});
