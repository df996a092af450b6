// The menu of the staff: what this device is and knows, sound, PIN, the queue as a file, the end of the pairing. And the
// help, which is for everybody.

import * as feedback from "../base/sounds.js";
import * as guard from "./pin-dialog.js";
import * as handover from "../server/handover-file.js";
import * as knowledge from "../server/device-state.js";
import { byId, element, icon, tell, twice } from "../base/dom.js";
import * as pin from "../storage/pin-hash.js";
import * as shell from "../../browser/app-update.js";
import * as store from "../storage/scan-store.js";
import { clockTime, dayOf, named, say, when } from "../base/words.js";

function moment(instant, zone) {
  return `${dayOf(instant, zone)} ${clockTime(instant, zone)}`;
}

async function drawFacts() {
  const lasting = await navigator.storage?.persisted?.();
  const { kiosk, campaign, events } = knowledge.knowledge();
  const sittings = events.flatMap((event) => [event.title, ...event.occurrences.map((one) => when(one, campaign.zone))]);
  const until = knowledge.expiry();
  const facts = [
    ["device", kiosk.name],
    ["may", kiosk.scopes.map((scope) => say(`scope_${scope}`)).join(say("comma"))],
    ["until", until === null ? "" : moment(until, campaign.zone)],
    ["campaign", named(campaign.name)],
    ["events", sittings.join("\n")],
    ["known_since", moment(knowledge.learnedAt(), campaign.zone)],
    ["storage", say(lasting ? "storage_lasts" : "storage_may_go")],
    ["version", shell.version],
  ];
  const told = facts.filter(([, value]) => value);
  byId("facts").replaceChildren(...told.flatMap(([key, value]) => [element("dt", "", say(key)), element("dd", "", value)]));
}

function drawPin() {
  byId("pin-set").lastElementChild.textContent = say(pin.isSet() ? "pin_change" : "pin_set");
  byId("pin-set").disabled = !pin.possible();
  byId("pin-clear").hidden = !pin.isSet();
  tell(byId("pin-about"), say(pin.possible() ? "pin_about" : "pin_insecure"));
}

function drawSound() {
  const button = byId("sound");
  const on = feedback.soundIsOn();
  button.replaceChildren(icon(on ? "sound" : "sound-off"), element("span", "", say(on ? "sound_on" : "sound_off")));
  button.setAttribute("aria-pressed", String(on));
}

export function draw() {
  drawSound();
  drawPin();
}

async function open() {
  if (!(await guard.staff())) return;
  draw();
  await drawFacts();
  tell(byId("repair-note"), say("repair_note"));
  byId("sheet").showModal();
}

export function close() {
  byId("sheet").close();
  byId("help").close();
}

async function setPin() {
  byId("sheet").close();
  await guard.choose();
  guard.draw();
}

/** end(): the pairing ends, or answers a sentence that says why it cannot yet. */
export function listen(end) {
  byId("about").addEventListener("click", open);
  byId("sheet-close").addEventListener("click", () => byId("sheet").close());
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  byId("help-close").addEventListener("click", () => byId("help").close());
  byId("sound").addEventListener("click", async () => {
    feedback.setSound(!feedback.soundIsOn());
    drawSound();
    await store.put("sound", feedback.soundIsOn());
  });
  byId("pin-set").addEventListener("click", setPin);
  byId("pin-clear").addEventListener("click", async () => {
    await pin.clear();
    guard.draw();
    drawPin();
  });
  for (const id of ["export", "pair-export"]) byId(id).addEventListener("click", () => handover.save());
  twice(byId("repair"), () => say("repair_sure"), async () => {
    const hindrance = await end();
    if (hindrance) byId("repair-note").textContent = hindrance;
    else byId("sheet").close();
  });
}
