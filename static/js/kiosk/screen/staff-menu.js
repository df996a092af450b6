// The staff menu (facts about the device, sound, PIN, queue as a file, end of the pairing), and the help for everybody.

import * as sounds from "../base/sounds.js";
import * as pinDialog from "./pin-dialog.js";
import * as handoverFile from "../server/handover-file.js";
import * as deviceState from "../server/device-state.js";
import { byId, element, icon, setText, confirmByPressingTwice } from "../base/dom.js";
import * as pinHash from "../storage/pin-hash.js";
import * as appUpdate from "../../browser/app-update.js";
import * as values from "../storage/device-values.js";
import { clockTime, dayOf, localized, say, describeTimes } from "../base/words.js";

/**
 * @param {number} instant
 * @param {string} zone
 */
function moment(instant, zone) {
  return `${dayOf(instant, zone)} ${clockTime(instant, zone)}`;
}

async function drawFacts() {
  const lasting = await navigator.storage?.persisted?.();
  const { kiosk, campaign, events } = deviceState.required();
  const times = events.flatMap(({ title, occurrences }) => [title, ...describeTimes(occurrences, campaign.zone)]);
  const until = deviceState.expiry();
  /** @type {[string, string][]} the name of a sentence, and the details under it */
  const facts = [
    ["device", kiosk.name],
    ["may", kiosk.scopes.map((scope) => say(`scope_${scope}`)).join(say("comma"))],
    ["until", until === null ? "" : moment(until, campaign.zone)],
    ["campaign", localized(campaign.name)],
    ["events", times.join("\n")],
    ["known_since", moment(deviceState.learnedAt() ?? 0, campaign.zone)],
    ["storage", say(lasting ? "storage_lasts" : "storage_may_go")],
    ["version", appUpdate.version ?? ""],
  ];
  const shownFacts = facts.filter(([, value]) => value);
  byId("facts").replaceChildren(...shownFacts.flatMap(([key, value]) => [element("dt", "", say(key)), element("dd", "", value)]));
}

function drawPin() {
  /** @type {Element} */ (byId("pin-set").lastElementChild).textContent = say(pinHash.isSet() ? "pin_change" : "pin_set");
  byId("pin-set").disabled = !pinHash.possible();
  byId("pin-clear").hidden = !pinHash.isSet();
  setText(byId("pin-about"), say(pinHash.possible() ? "pin_about" : "pin_insecure"));
}

function drawSound() {
  const button = byId("sound");
  const on = sounds.soundIsOn();
  button.replaceChildren(icon(on ? "sound" : "sound-off"), element("span", "", say(on ? "sound_on" : "sound_off")));
  button.setAttribute("aria-pressed", String(on));
}

export function draw() {
  drawSound();
  drawPin();
}

async function open() {
  if (!(await pinDialog.requireStaff())) return;
  draw();
  await drawFacts();
  byId("cards-part").hidden = !deviceState.required().rewards;
  setText(byId("repair-note"), say("repair_note"));
  byId("sheet").showModal();
}

export function close() {
  byId("sheet").close();
  byId("help").close();
}

async function setPin() {
  byId("sheet").close();
  await pinDialog.setNewPin();
  pinDialog.draw();
}

/**
 * end(): the pairing ends, or answers a sentence that says why it cannot yet.
 * @param {() => Promise<string>} end
 */
export function listen(end) {
  byId("about").addEventListener("click", open);
  byId("sheet-close").addEventListener("click", () => byId("sheet").close());
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  byId("help-close").addEventListener("click", () => byId("help").close());
  byId("sound").addEventListener("click", async () => {
    sounds.setSound(!sounds.soundIsOn());
    drawSound();
    await values.put("sound", sounds.soundIsOn());
  });
  byId("pin-set").addEventListener("click", setPin);
  byId("pin-clear").addEventListener("click", async () => {
    await pinHash.clear();
    pinDialog.draw();
    drawPin();
  });
  for (const id of ["export", "pair-export"]) byId(id).addEventListener("click", () => handoverFile.save());
  confirmByPressingTwice(byId("repair"), () => say("repair_sure"), async () => {
    const hindrance = await end();
    if (hindrance) byId("repair-note").textContent = hindrance;
    else byId("sheet").close();
  });
}
