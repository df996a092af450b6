// The dialog for a code that is pasted or typed: the address or the token alone. Errors are shown before it becomes a scan.

import * as codes from "../codes/code-format.js";
import { byId } from "../base/dom.js";
import { say } from "../base/words.js";

/** @type {(text: string) => void} */
let onCode = () => {};

/** Chat apps and mail wrap long addresses. */
function typed() {
  return byId("typed").value.replace(/\s/g, "");
}

/** @param {string} text */
function complaintAbout(text) {
  if (!text) return say("type_empty");
  const read = codes.read(text);
  if (read.is === "pass") return "";
  if (read.is === "venue") return `${say("venue_code")} ${say("venue_code_note")}`;
  const { length, strange } = codes.shapeOf(text);
  if (strange) return say("type_strange", { characters: strange });
  if (length < codes.PASS_CHARACTERS) return say("type_short", { count: length, all: codes.PASS_CHARACTERS });
  if (length > codes.PASS_CHARACTERS) return say("type_long", { count: length, all: codes.PASS_CHARACTERS });
  return say("reason_unknown_code");
}

/** @param {Event} event */
function submit(event) {
  event.preventDefault();
  const field = byId("typed");
  const complaint = complaintAbout(typed());
  byId("type-error").textContent = complaint;
  field.setAttribute("aria-invalid", String(Boolean(complaint)));
  if (complaint) {
    field.focus();
    return;
  }
  const text = typed();
  close();
  onCode(text);
}

export function close() {
  byId("typing").close();
}

/** @param {(text: string) => void} read */
export function listen(read) {
  onCode = read;
  byId("type").addEventListener("click", () => {
    byId("type-error").textContent = "";
    byId("typed").removeAttribute("aria-invalid");
    byId("typing").showModal();
    byId("typed").focus();
  });
  byId("type-form").addEventListener("submit", submit);
  byId("type-cancel").addEventListener("click", close);
  byId("typed").addEventListener("keydown", (event) => {
    // A single-line value in a textarea.
    if (event.key === "Enter" && !event.isComposing) submit(event);
  });
  // Cleared: the text may have been something private.
  byId("typing").addEventListener("close", () => {
    byId("typed").value = "";
  });
}
