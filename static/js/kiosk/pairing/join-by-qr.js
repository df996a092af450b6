// The page was opened by the desk's QR code: one tap pairs the device. A paired device asks first, and sends its queue before
// it changes.

import { takeFromAddress } from "../codes/pairing-link.js";
import { byId, setText } from "../base/dom.js";
import { pairWith } from "./pairing-screen.js";
import { say } from "../base/words.js";

let code = takeFromAddress(); // at once: it also removes the code from the address
/** @type {() => Kiosk | null} */
let paired = () => null;
let mayChange = async () => "";
/** @type {(token: string, kiosk: Kiosk) => Promise<void>} */
let onPaired = async () => {};

/** Open the dialog where the address holds a code. The code itself is not shown. */
export function look() {
  code = takeFromAddress() ?? code;
  if (code === null) return;
  const kiosk = paired();
  setText(byId("join-note"), kiosk ? say("join_change", { name: kiosk.name }) : say("join_note"));
  byId("join-error").textContent = "";
  if (!byId("join").open) byId("join").showModal();
  byId("join-yes").focus();
}

async function join() {
  const button = byId("join-yes");
  button.disabled = true;
  try {
    const hindrance = paired() ? await mayChange() : "";
    byId("join-error").textContent = hindrance;
    if (hindrance) return;
    const { token, kiosk } = await pairWith(code ?? "");
    close();
    await onPaired(token, kiosk);
  } catch (error) {
    byId("join-error").textContent = error instanceof Error ? error.message : String(error);
  } finally {
    button.disabled = false;
  }
}

function close() {
  code = null;
  byId("join").close();
}

/**
 * kiosk(): the device that this is now, or null; mayLeave(): a sentence that says what stands in the way, or "", once the
 * queue is handed over; changed(token, kiosk) after the pairing.
 * @param {() => Kiosk | null} kiosk
 * @param {() => Promise<string>} mayLeave
 * @param {(token: string, kiosk: Kiosk) => Promise<void>} changed
 */
export function listen(kiosk, mayLeave, changed) {
  [paired, mayChange, onPaired] = [kiosk, mayLeave, changed];
  byId("join-yes").addEventListener("click", join);
  byId("join-no").addEventListener("click", close);
  byId("join").addEventListener("cancel", close);
  addEventListener("hashchange", look);
}
