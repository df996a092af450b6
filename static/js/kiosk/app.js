// The kiosk app begins here: restore what the device keeps, then pair, or open the station.

import { Failed } from "./api.js";
import * as clock from "./clock.js";
import * as feedback from "./feedback.js";
import * as handover from "./handover.js";
import * as line from "./line.js";
import * as outbox from "./outbox.js";
import { bringIcons, byId, element, icon, tell, twice } from "./page.js";
import * as pairing from "./pairing.js";
import * as shell from "./shell.js";
import * as station from "./station.js";
import * as store from "./store.js";
import { clockTime, dayOf, language, named, say, speak, when } from "./words.js";
import { stayAwake } from "./wake.js";

const CLIENT = 1;
const REFRESH = 5 * 60_000;

let token = null;

/** After every attempt to send. A device that the server no longer knows asks for a new code; its scans stay. */
async function sent(outcome) {
  line.set(outcome.online);
  station.draw();
  if (outcome.refused) await unpair(outcome.detail || say("revoked"));
  else if (!token) await handedOver();
}

/** The end of a pairing. What the device still holds goes on being handed over under its old name, if it may. */
async function unpair(why) {
  const retired = token;
  token = null;
  if (retired) await store.put("handover", retired);
  await store.put("token", null);
  station.close();
  byId("about").hidden = true;
  pairing.open(why, await store.queue());
  await handedOver();
}

/** A device out of service that has nothing left to hand over forgets all it knew. */
async function handedOver() {
  const queue = await store.queue();
  pairing.kept(queue);
  if (!queue.waiting && !queue.aside) await store.wipe();
}

async function paired(newToken, kiosk) {
  token = newToken;
  await store.put("token", token);
  await store.put("kiosk", kiosk);
  await store.put("handover", null);
  await store.put("knowledge", null); // of an earlier pairing
  await begin();
}

/** Learn what the server has to tell; without an answer go on with what is known. */
async function refresh() {
  if (!token) return;
  try {
    const told = await station.learn(token);
    line.set(true);
    if (told.least_client > CLIENT) offerReload();
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    if (error.status === 401) {
      // A revoked device may still hand in what it holds, so that comes first.
      await outbox.send();
      if (token) await unpair(error.detail || say("revoked"));
      return;
    }
    line.set(error.status > 0);
  }
  station.draw();
}

async function begin() {
  outbox.open(token, sent);
  // What is known already opens the door at once; a server that does not answer must not hold it up.
  if (!(await station.recall())) await refresh();
  if (!token) return;
  if (!station.knowledge()) {
    byId("pairing").hidden = true;
    tell(byId("notice"), say("pair_offline"));
    setTimeout(begin, 5000);
    return;
  }
  tell(byId("notice"), "");
  byId("about").hidden = false;
  station.open(token);
  stayAwake();
  await refreshAndSend();
}

function offerReload() {
  const button = element("button", "", say("reload"));
  button.type = "button";
  button.addEventListener("click", shell.takeOver);
  const place = byId("notice");
  place.replaceChildren(element("span", "", say("new_version")), button);
  place.hidden = false;
}

async function drawSheet() {
  const lasting = await navigator.storage?.persisted?.();
  const { kiosk, campaign, events } = station.knowledge();
  const sittings = events.flatMap((event) => event.occurrences.map((one) => `${event.title}: ${when(one, campaign.zone)}`));
  const learned = station.learnedAt();
  const facts = [
    ["device", kiosk.name],
    ["campaign", named(campaign.name)],
    ["events", sittings.join("\n")],
    ["known_since", `${dayOf(learned, campaign.zone)} ${clockTime(learned, campaign.zone)}`],
    ["storage", say(lasting ? "storage_lasts" : "storage_may_go")],
    ["version", shell.version],
  ];
  const rows = facts.flatMap(([key, value]) => [element("dt", "", say(key)), element("dd", "", value)]);
  byId("facts").replaceChildren(...rows);
}

async function repair() {
  const { waiting } = await store.queue();
  if (waiting) {
    byId("repair-note").textContent = say("repair_wait", { count: waiting });
    outbox.send();
    return;
  }
  byId("sheet").close();
  await unpair("");
}

function drawSound() {
  const button = byId("sound");
  const on = feedback.soundIsOn();
  button.dataset.label = on ? "sound_on" : "sound_off";
  button.setAttribute("aria-pressed", String(on));
  button.setAttribute("aria-label", say(button.dataset.label));
  button.replaceChildren(icon(on ? "sound" : "sound-off"));
}

function listen() {
  byId("language").addEventListener("click", async () => {
    speak(language() === "zh" ? "en" : "zh");
    await store.put("language", language());
    station.draw();
  });
  byId("sound").addEventListener("click", async () => {
    feedback.setSound(!feedback.soundIsOn());
    drawSound();
    await store.put("sound", feedback.soundIsOn());
  });
  byId("about").addEventListener("click", async () => {
    await drawSheet();
    tell(byId("repair-note"), say("repair_note"));
    byId("sheet").showModal();
  });
  byId("sheet-close").addEventListener("click", () => byId("sheet").close());
  for (const id of ["export", "pair-export"]) byId(id).addEventListener("click", handover.save);
  twice(byId("repair"), () => say("repair_sure"), repair);
  for (const first of ["pointerdown", "keydown"]) document.addEventListener(first, feedback.unlock, { passive: true });
  addEventListener("online", refreshAndSend);
  setInterval(refreshAndSend, REFRESH);
}

async function refreshAndSend() {
  shell.lookForNewer();
  await refresh();
  if (token || (await store.get("handover"))) await outbox.send();
}

/** Without a pairing: ask for a code, and hand over what an earlier pairing has left. */
async function unpaired() {
  pairing.open("", await store.queue());
  const retired = await store.get("handover");
  if (!retired) return;
  outbox.open(retired, sent);
  await outbox.send();
}

async function start() {
  await bringIcons();
  speak((await store.get("language")) ?? language());
  feedback.setSound((await store.get("sound")) ?? true);
  clock.restore(await store.get("skew"));
  drawSound();
  listen();
  station.listen();
  pairing.listen(paired);
  shell.start(station.isBusy);
  token = (await store.get("token")) ?? null;
  if (token) await begin();
  else await unpaired();
  navigator.storage?.persist?.();
}

start().catch((error) => {
  tell(byId("notice"), say("storage_failed"));
  throw error;
});
