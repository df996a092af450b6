// The mode of the screen: scan, touch, tally or exit, as far as the device's scopes allow. The choice is stored.

import * as deviceState from "../server/device-state.js";
import { all, byId, closest, element, icon } from "../base/dom.js";
import * as values from "../storage/device-values.js";
import { language, say } from "../base/words.js";

function mayExit() {
  return deviceState.tracksExits() && (deviceState.may("scan") || deviceState.may("tally"));
}

const MODES = [
  { name: "scan", icon: "scan", may: () => deviceState.may("scan") },
  { name: "touch", icon: "touch", may: () => deviceState.may("scan") },
  { name: "tally", icon: "tally", may: () => deviceState.may("tally") },
  { name: "exit", icon: "sign-out", may: mayExit },
];
const OF_STAFF = ["tally", "exit"]; // need the PIN
// Element id → the modes in which it is shown.
const PARTS = {
  look: ["scan", "exit"],
  touch: ["touch"],
  tally: ["tally"],
  leaving: ["exit"],
  side: ["scan", "tally", "exit"],
};

/** @type {string | null} */
let mode = null;
/** @type {(mode: string | null) => void} */
let onMode = () => {};
/** @type {() => Promise<boolean>} */
let staff = async () => true;

export function current() {
  return mode;
}

function available() {
  return MODES.filter((entry) => entry.may());
}

/** @param {string | null} name */
function show(name) {
  mode = name;
  document.body.dataset.mode = name ?? "";
  for (const [id, modes] of Object.entries(PARTS)) byId(id).hidden = !modes.includes(name ?? "");
  byId("leaving").hidden ||= !deviceState.may("tally");
  byId("look").hidden ||= !deviceState.may("scan");
}

/** Adjust to the device's scopes, which the desk may have changed. */
export function draw() {
  const names = available().map((entry) => entry.name);
  if (!names.includes(mode ?? "")) {
    show(names[0] ?? null);
    onMode(mode);
  } else {
    show(mode);
  }
  const bar = byId("modes");
  bar.hidden = names.length < 2;
  // Drawn anew only when something changed: a button must not vanish while it is pressed.
  const signature = JSON.stringify([language(), names]);
  if (bar.dataset.signature !== signature) {
    bar.dataset.signature = signature;
    bar.replaceChildren(...available().map(button));
  }
  for (const tab of all("[data-mode]", bar)) tab.setAttribute("aria-pressed", String(tab.dataset.mode === mode));
}

/** @param {{name: string, icon: string}} mode */
function button({ name, icon: drawing }) {
  const node = element("button", `mode mode-${name}`, icon(drawing), element("span", "", say(`mode_${name}`)));
  node.type = "button";
  node.dataset.mode = name;
  return node;
}

/** @param {string} name */
async function choose(name) {
  // The touch screen stands unattended, so leaving it needs the PIN, too.
  const asks = mode === "touch" || OF_STAFF.includes(name);
  if (name === mode || (asks && !(await staff()))) return;
  try {
    await values.put("mode", name); // first: a reload right after the change must come back in this mode
  } finally {
    show(name);
    draw();
    onMode(name);
  }
}

/** Begin with the mode that was chosen last. */
export async function open() {
  mode = (await values.get("mode")) ?? null;
  draw();
}

/**
 * changed(mode) after every change; atHand(): whether a member of staff is at the screen.
 * @param {(mode: string | null) => void} changed
 * @param {() => Promise<boolean>} atHand
 */
export function listen(changed, atHand) {
  onMode = changed;
  staff = atHand;
  byId("modes").addEventListener("click", (event) => {
    const pressed = closest(event, "[data-mode]");
    if (pressed) choose(pressed.dataset.mode ?? "");
  });
}
