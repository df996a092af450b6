// The pairing screen: a code of eight characters, typed or read from the desk's QR code; of a printed sheet it has 26.

import { ask, Failed } from "../server/api.js";
import { Camera } from "../input/camera.js";
import { codeIn } from "../codes/pairing-link.js";
import { byId, setText } from "../base/dom.js";
import { isPairing } from "../server/response-shapes.js";
import { say } from "../base/words.js";

const LENGTHS = [8, 26];
const LONG = 9; // what is typed beyond a short code and a space: to compare it, all of it has to be seen
const ALIKE = /[01OIL]/g; // never in a code

const field = byId("pair-code");
const button = /** @type {HTMLButtonElement} */ (document.querySelector(".pair-button"));
const label = button.firstElementChild ?? button;
/** @type {(token: string, kiosk: Kiosk) => Promise<void>} */
let onPaired = async () => {};
/** @type {Camera | null} */
let camera = null;

/**
 * A code as the server reads it: no dashes or spaces, full-width letters as plain ones, upper case.
 * @param {string} text
 */
function plain(text) {
  return (codeIn(text) ?? text).normalize("NFKC").toUpperCase().replace(/[^A-Z0-9]/g, "");
}

/** @param {string} code */
function complaintAbout(code) {
  if (!LENGTHS.includes(code.length)) return say("pair_short", { count: code.length });
  const alike = [...new Set(code.match(ALIKE) ?? [])];
  return alike.length ? say("pair_alike", { characters: alike.join(" ") }) : "";
}

/**
 * Turn a code into a pairing: {token, kiosk}. Throws the sentence that says what to change, as an Error.
 * @param {string} text
 * @returns {Promise<{token: string, kiosk: Kiosk}>}
 */
export async function pairWith(text) {
  const code = plain(text);
  const complaint = complaintAbout(code);
  if (complaint) throw new Error(complaint);
  try {
    return await ask("/api/v1/kiosk/pair", { body: { code }, is: isPairing });
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    throw new Error(error.detail || say("pair_offline"), { cause: error });
  }
}

/** @param {string} sentence */
function complain(sentence) {
  byId("pair-error").textContent = sentence;
  field.setAttribute("aria-invalid", sentence ? "true" : "false");
}

async function submit() {
  complain("");
  button.disabled = true;
  label.textContent = say("pair_busy");
  let pairing = null;
  try {
    pairing = await pairWith(field.value);
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    field.focus();
  } finally {
    button.disabled = false;
    label.textContent = say("pair_button");
  }
  if (!pairing) return;
  field.value = "";
  await onPaired(pairing.token, pairing.kiosk);
}

/**
 * Say how many scans of an earlier pairing are still here.
 * @param {Queue} queue
 */
export function showUnsent({ waiting, aside }) {
  const count = waiting + aside;
  setText(byId("pair-kept"), count ? say("pair_kept", { count }) : "");
  byId("pair-export").hidden = !count;
}

/**
 * Show the question. reason: a sentence that says what ended the last pairing. queue: what still waits here.
 * @param {string} reason
 * @param {Queue} queue
 */
export function open(reason, queue) {
  byId("pairing").hidden = false;
  byId("work").hidden = true;
  byId("pair-camera").hidden = !Camera.possible();
  setText(byId("pair-why"), reason);
  showUnsent(queue);
  field.focus();
}

export function close() {
  stopLooking();
  byId("pairing").hidden = true;
}

/** Open the camera. Codes that are no pairing codes are skipped. */
function look() {
  setText(byId("pair-look-why"), say("camera_busy"));
  byId("pair-look").showModal();
  camera ??= new Camera(byId("pair-video"), readCode, ({ state, reason }) => {
    setText(byId("pair-look-why"), state === "on" ? "" : say(state === "starting" ? "camera_busy" : (reason ?? "camera_off")));
  });
  camera.start();
}

/** @param {string} text */
function readCode(text) {
  if (!byId("pair-look").open) return;
  const code = codeIn(text);
  if (code === null) {
    setText(byId("pair-look-why"), say("pair_other_code"));
    return;
  }
  stopLooking();
  field.value = plain(code);
  submit();
}

function stopLooking() {
  camera?.release();
  if (byId("pair-look").open) byId("pair-look").close();
}

/** @param {(token: string, kiosk: Kiosk) => Promise<void>} paired */
export function listen(paired) {
  onPaired = paired;
  field.addEventListener("input", () => {
    if (field.value !== field.value.toUpperCase()) {
      const cursor = field.selectionStart;
      field.value = field.value.toUpperCase();
      field.setSelectionRange(cursor, cursor);
    }
    field.classList.toggle("is-long", field.value.length > LONG);
    complain("");
  });
  byId("pair-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  byId("pair-camera").addEventListener("click", look);
  byId("pair-look-close").addEventListener("click", stopLooking);
  byId("pair-look").addEventListener("close", () => camera?.release());
}
