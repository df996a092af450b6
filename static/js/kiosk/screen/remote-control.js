// What the desk wants from afar: its message, until it takes it away, and its lock.

import * as guard from "./pin-dialog.js";
import * as knowledge from "../server/device-state.js";
import { byId } from "../base/dom.js";
import * as pin from "../storage/pin-hash.js";
import * as store from "../storage/scan-store.js";
import { say } from "../base/words.js";

let seen = ""; // the message that somebody here has put away
let locked = false;

export function isLocked() {
  return locked;
}

function drawMessage() {
  const text = knowledge.knowledge()?.message?.text ?? "";
  byId("message").hidden = !text;
  byId("message").classList.toggle("folded", text === seen);
  byId("message-text").textContent = text;
  byId("message-seen").hidden = text === seen;
  byId("message-open").hidden = text !== seen;
}

/** Bring the screen in line with what the desk wants. Answers a sentence that must be said, or "". */
export async function draw() {
  const wanted = Boolean(knowledge.knowledge()?.locked);
  const freed = locked && !wanted;
  locked = wanted;
  document.body.classList.toggle("locked-away", locked);
  byId("locked").hidden = !locked;
  drawMessage();
  if (!freed) return "";
  await pin.recall(); // another tab may have set it
  if (!pin.isSet()) return "";
  // Whoever forgot the PIN asks the desk: locking and unlocking from there takes it away.
  await pin.clear();
  guard.draw();
  return say("pin_gone");
}

/** What was so when the page was left. */
export async function recall() {
  seen = (await store.get("message_seen")) ?? "";
  locked = Boolean(knowledge.knowledge()?.locked);
}

export function forget() {
  seen = "";
  locked = false;
  byId("message").hidden = true;
  byId("locked").hidden = true;
  document.body.classList.remove("locked-away");
}

async function fold(text) {
  seen = text;
  drawMessage();
  await store.put("message_seen", seen);
}

export function listen() {
  byId("message-seen").addEventListener("click", () => fold(knowledge.knowledge().message.text));
  byId("message-open").addEventListener("click", () => fold(""));
}
