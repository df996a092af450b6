// The desk's message and lock.

import * as pinDialog from "./pin-dialog.js";
import * as deviceState from "../server/device-state.js";
import { byId } from "../base/dom.js";
import * as pinHash from "../storage/pin-hash.js";
import * as values from "../storage/device-values.js";
import { say } from "../base/words.js";

let foldedText = ""; // the message that was folded away
let locked = false;

export function isLocked() {
  return locked;
}

function drawMessage() {
  const text = deviceState.current()?.message?.text ?? "";
  byId("message").hidden = !text;
  byId("message").classList.toggle("folded", text === foldedText);
  byId("message-text").textContent = text;
  byId("message-seen").hidden = text === foldedText;
  byId("message-open").hidden = text !== foldedText;
}

/** Draw message and lock. Answers a sentence for the notice, or "". */
export async function draw() {
  const lockedNow = Boolean(deviceState.current()?.locked);
  const freed = locked && !lockedNow;
  locked = lockedNow;
  document.body.classList.toggle("locked-away", locked);
  byId("locked").hidden = !locked;
  drawMessage();
  if (!freed) return "";
  await pinHash.recall(); // another tab may have set it
  if (!pinHash.isSet()) return "";
  // Unlocking by the desk removes a forgotten PIN.
  await pinHash.clear();
  pinDialog.draw();
  return say("pin_gone");
}

/** Restore what was folded away. */
export async function recall() {
  foldedText = (await values.get("message_seen")) ?? "";
  locked = Boolean(deviceState.current()?.locked);
}

export function forget() {
  foldedText = "";
  locked = false;
  byId("message").hidden = true;
  byId("locked").hidden = true;
  document.body.classList.remove("locked-away");
}

/** @param {string} text */
async function fold(text) {
  foldedText = text;
  drawMessage();
  await values.put("message_seen", foldedText);
}

export function listen() {
  byId("message-seen").addEventListener("click", () => fold(deviceState.current()?.message?.text ?? ""));
  byId("message-open").addEventListener("click", () => fold(""));
}
