// The kiosk app begins here: restore what the device keeps, then pair, or open the station.

import { Failed } from "./api.js";
import * as clock from "./clock.js";
import * as feedback from "./feedback.js";
import * as outbox from "./outbox.js";
import { bringIcons, byId, element, icon, tell, twice } from "./page.js";
import * as pairing from "./pairing.js";
import * as station from "./station.js";
import * as store from "./store.js";
import { language, named, say, speak, when } from "./words.js";
import { stayAwake } from "./wake.js";

const CLIENT = 1;
const REFRESH = 5 * 60_000;

let token = null;
let line = { online: true, waiting: 0 };

function drawLine() {
  const words = [];
  if (!line.online) words.push(say("line_trying"));
  if (line.waiting) words.push(say("line_waiting", { count: line.waiting }));
  const place = byId("line");
  place.dataset.state = line.online ? "ok" : "off";
  place.replaceChildren(icon(line.online ? "upload" : "offline"), words.join(" · "));
  place.hidden = !words.length;
}

/** After every attempt to send. A device that the server no longer knows asks for a new code; its scans stay. */
async function sent(outcome) {
  line = outcome;
  drawLine();
  station.draw();
  if (outcome.refused) await outOfService(outcome.detail);
}

function outOfService(detail) {
  return unpair(detail || say("revoked"));
}

async function unpair(why) {
  token = null;
  await store.put("token", null);
  station.close();
  byId("about").hidden = true;
  pairing.open(why, await store.waitingCount());
}

async function paired(newToken) {
  token = newToken;
  await store.put("token", token);
  await begin();
}

/** Learn what the server has to tell; without an answer go on with what is known. */
async function refresh() {
  if (!token) return;
  try {
    const told = await station.learn(token);
    line = { ...line, online: true };
    if (told.least_client > CLIENT) offerReload();
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    if (error.status === 401) {
      // A revoked device may still hand in what it holds, so that comes first.
      await outbox.send();
      if (token) await outOfService(error.detail);
      return;
    }
    line = { ...line, online: error.status > 0 };
  }
  drawLine();
  station.draw();
}

async function begin() {
  outbox.open(token, sent);
  await station.recall();
  await refresh();
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
  outbox.send();
}

function offerReload() {
  const button = element("button", "", say("reload"));
  button.type = "button";
  button.addEventListener("click", () => location.reload());
  const place = byId("notice");
  place.replaceChildren(element("span", "", say("new_version")), button);
  place.hidden = false;
}

function drawSheet() {
  const { kiosk, campaign, events } = station.knowledge();
  const sittings = events.flatMap((event) => event.occurrences.map((one) => `${event.title}: ${when(one, campaign.zone)}`));
  const facts = [
    ["device", kiosk.name],
    ["campaign", named(campaign.name)],
    ["events", sittings.join("\n")],
  ];
  const rows = facts.flatMap(([key, value]) => [element("dt", "", say(key)), element("dd", "", value)]);
  byId("facts").replaceChildren(...rows);
}

async function repair() {
  const waiting = await store.waitingCount();
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
    drawLine();
    station.draw();
  });
  byId("sound").addEventListener("click", async () => {
    feedback.setSound(!feedback.soundIsOn());
    drawSound();
    await store.put("sound", feedback.soundIsOn());
  });
  byId("about").addEventListener("click", () => {
    drawSheet();
    tell(byId("repair-note"), say("repair_note"));
    byId("sheet").showModal();
  });
  byId("sheet-close").addEventListener("click", () => byId("sheet").close());
  twice(byId("repair"), () => say("repair_sure"), repair);
  for (const first of ["pointerdown", "keydown"]) document.addEventListener(first, feedback.unlock, { passive: true });
  addEventListener("online", refreshAndSend);
  setInterval(refreshAndSend, REFRESH);
}

async function refreshAndSend() {
  await refresh();
  if (token) await outbox.send();
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
  token = (await store.get("token")) ?? null;
  if (token) await begin();
  else pairing.open("", await store.waitingCount());
  navigator.storage?.persist?.();
}

start().catch((error) => {
  tell(byId("notice"), say("storage_failed"));
  throw error;
});
