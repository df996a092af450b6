// The page that checks a slip of attendance: the browser checks the signature by itself, so that it does once the network is
// gone, too. Whether the check-in still counts the server knows: with a network the form goes there as without a script.

import { verifies } from "../kiosk/codes/pass-signature.js";
import { readSlip, slipIn } from "./slip-text.js";

/** @typedef {import("./slip-text.js").Slip} Slip */

const PATIENCE = 4000; // milliseconds
const SIGNATURE_BYTES = 64;
const form = /** @type {HTMLFormElement} */ (document.querySelector(".slip-form"));
const result = /** @type {HTMLElement} */ (document.getElementById("checked-here"));
/** @type {Record<string, string>} */
const keys = JSON.parse(form.dataset.keys ?? "{}");
/** @type {Record<string, string>} */
const words = JSON.parse(form.dataset.words ?? "{}");

/** @param {Slip} slip */
function facts(slip) {
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
  const when = `${day.format(new Date(`${slip.day}T00:00Z`))} ${slip.since.slice(0, 5)}`;
  const heads = slip.heads > 1 ? String(slip.heads) : "";
  return { title: slip.title, when, place: slip.place, week: slip.week, heads };
}

/**
 * @param {string} sentence
 * @param {Slip | null} slip
 */
function show(sentence, slip) {
  /** @type {HTMLElement} */ (result.querySelector("[role=status]")).textContent = sentence;
  const list = /** @type {HTMLElement} */ (result.querySelector("dl"));
  list.replaceChildren();
  for (const [name, value] of Object.entries(slip ? facts(slip) : {})) {
    if (!value) continue;
    const term = document.createElement("dt");
    const description = document.createElement("dd");
    term.textContent = words[name];
    description.textContent = value;
    if (["title", "place", "week"].includes(name)) description.lang = "zh"; // as it was entered
    list.append(term, description);
  }
}

async function givenText() {
  const data = new FormData(form);
  const file = data.get("file");
  const raw = file instanceof File && file.size ? new TextDecoder("latin1").decode(await file.arrayBuffer()) : "";
  return slipIn(raw) || slipIn(String(data.get("slip") ?? ""));
}

async function checkHere() {
  const text = await givenText();
  result.hidden = false; // a live region that is hidden says nothing
  if (!text) return show(form.dataset.missing ?? "", null);
  const slip = await readSlip(text, keys);
  if (typeof slip === "string") return show(form.dataset[slip] ?? "", null);
  show(form.dataset.genuine ?? "", slip);
}

/** A larger file holds no slip; a proxy would answer it with a page of its own. */
function isTooLarge() {
  const file = new FormData(form).get("file");
  return file instanceof File && file.size > Number(form.dataset.most);
}

async function serverAnswers() {
  try {
    return (await fetch("/slip/keys.json", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })).ok;
  } catch {
    return false;
  }
}

/** What stands in the address was answered by the server; the signature is checked here as well. */
async function checkAddress() {
  const line = document.getElementById("here-too");
  const text = slipIn(location.pathname);
  if (line && text) line.hidden = typeof (await readSlip(text, keys)) === "string";
}

/** A browser without Ed25519 needs the library while there is a network. */
async function loadLibrary() {
  const [key] = Object.values(keys);
  if (key) await verifies(key, new Uint8Array(SIGNATURE_BYTES), new Uint8Array(1));
}

if (globalThis.crypto?.subtle) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await checkHere();
    } catch {
      form.submit();
      return;
    }
    if (!isTooLarge() && (await serverAnswers())) form.submit();
  });
  loadLibrary().catch(() => {});
  checkAddress().catch(() => {});
}
