// The touch mode: a button per group, for people without a pass, with a number of people.

import * as deviceState from "../server/device-state.js";
import { all, byId, closest, element, icon } from "../base/dom.js";
import { language, localized, people, say } from "../base/words.js";

const DOUBLE_TAP = 700; // milliseconds in which a second tap is ignored
const FORGOTTEN = 20_000; // milliseconds after which the number goes back to one

let headcount = 1;
let tapped = -Infinity;
let timer = 0;

/** Drawn anew only when something changed: a button must not vanish while it is pressed. */
export function draw() {
  const { groups } = deviceState.required();
  const list = byId("groups");
  const signature = JSON.stringify([language(), headcount, groups]);
  if (list.dataset.signature === signature) return;
  list.dataset.signature = signature;
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.group;
  list.replaceChildren(...groups.map((group) => groupButton(group, localized(group.name))));
  const unknown = { key: "unknown", icon: "unknown", colour: "group-unknown group-rest" };
  byId("rest").replaceChildren(groupButton(unknown, say("unknown_group")));
  if (focused) all(`[data-group="${CSS.escape(focused)}"]`, byId("touch"))[0]?.focus();
}

/**
 * @param {Pick<Group, "key" | "icon" | "colour">} group
 * @param {string} name
 */
function groupButton({ key, icon: drawing, colour }, name) {
  const button = element(
    "button",
    `group ${colour}`,
    icon(drawing),
    element("span", "group-name", name),
    headcount > 1 ? element("span", "group-many", `+${headcount}`) : null,
  );
  button.type = "button";
  button.dataset.group = key;
  button.setAttribute("aria-label", say("tap_group", { group: name, people: people(headcount) }));
  return button;
}

/** @param {number} number */
function setHeadcount(number) {
  const state = deviceState.current();
  headcount = Math.min(Math.max(number, 1), state?.rules.max_headcount ?? 999);
  byId("many").textContent = String(headcount);
  byId("fewer").disabled = headcount === 1;
  clearTimeout(timer);
  if (headcount > 1) timer = setTimeout(setHeadcount, FORGOTTEN, 1);
  if (state) draw();
}

/**
 * onTouch(group, headcount) for each tap that counts; ready(): whether scans are taken now.
 * @param {(group: string, headcount: number) => void} onTouch
 * @param {() => boolean} ready
 */
export function listen(onTouch, ready) {
  byId("touch").addEventListener("click", (event) => {
    const button = closest(event, "[data-group]");
    if (!button || !ready() || event.timeStamp - tapped < DOUBLE_TAP) return;
    tapped = event.timeStamp;
    onTouch(button.dataset.group ?? "unknown", headcount);
    setHeadcount(1);
  });
  byId("fewer").addEventListener("click", () => setHeadcount(headcount - 1));
  for (const button of all("[data-more]", byId("touch"))) {
    button.addEventListener("click", () => setHeadcount(headcount + Number(button.dataset.more)));
  }
  setHeadcount(1);
}
