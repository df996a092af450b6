// One question: the code of eight characters.

import { ask, Failed } from "./api.js";
import { byId, tell } from "./page.js";
import { say } from "./words.js";

const LENGTH = 8;
const ALIKE = /[01OIL]/g; // never in a code, so that nobody takes one for another

const field = byId("pair-code");
const button = document.querySelector(".pair-button");

/** What was typed, as the server reads it: no dashes or spaces, full-width letters as plain ones, upper case. */
function typed() {
  return field.value.normalize("NFKC").toUpperCase().replace(/[^A-Z0-9]/g, "");
}

function complaintAbout(code) {
  if (code.length !== LENGTH) return say("pair_short", { count: code.length });
  const alike = [...new Set(code.match(ALIKE) ?? [])];
  return alike.length ? say("pair_alike", { characters: alike.join(" ") }) : "";
}

function complain(sentence) {
  byId("pair-error").textContent = sentence;
  field.setAttribute("aria-invalid", sentence ? "true" : "false");
}

async function submit(onPaired) {
  const code = typed();
  const complaint = complaintAbout(code);
  complain(complaint);
  if (complaint) {
    field.focus();
    return;
  }
  button.disabled = true;
  button.firstElementChild.textContent = say("pair_busy");
  try {
    const { token, kiosk } = await ask("/api/v1/kiosk/pair", { body: { code } });
    field.value = "";
    await onPaired(token, kiosk);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    complain(error.detail || say("pair_offline"));
    field.focus();
  } finally {
    button.disabled = false;
    button.firstElementChild.textContent = say("pair_button");
  }
}

/** How much an earlier pairing has left on this device: {waiting, aside}. */
export function kept({ waiting, aside }) {
  const count = waiting + aside;
  tell(byId("pair-kept"), count ? say("pair_kept", { count }) : "");
  byId("pair-export").hidden = !count;
}

/** Show the question. why: a sentence that says what ended the last pairing. queue: what still waits here. */
export function open(why, queue) {
  byId("pairing").hidden = false;
  byId("station").hidden = true;
  tell(byId("pair-why"), why);
  kept(queue);
  field.focus();
}

export function listen(onPaired) {
  field.addEventListener("input", () => {
    if (field.value !== field.value.toUpperCase()) {
      const place = field.selectionStart;
      field.value = field.value.toUpperCase();
      field.setSelectionRange(place, place);
    }
    complain("");
  });
  byId("pair-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit(onPaired);
  });
}
