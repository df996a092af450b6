// The touch screen: one big button per group, for people who come without a pass, and how many they are.

import * as knowledge from "../server/device-state.js";
import { byId, element, icon } from "../base/dom.js";
import { language, named, people, say } from "../base/words.js";

const DOUBLE_TAP = 700; // milliseconds: a child that taps twice is one child
const FORGOTTEN = 20_000; // milliseconds after which a number that somebody left behind goes back to one

let many = 1;
let tapped = -Infinity;
let timer = null;

/** The buttons, drawn anew only when something changed: a button must not go away under a finger. */
export function draw() {
  const { groups } = knowledge.knowledge();
  const list = byId("groups");
  const signature = JSON.stringify([language(), many, groups]);
  if (list.dataset.signature === signature) return;
  list.dataset.signature = signature;
  const focused = document.activeElement?.dataset?.group;
  list.replaceChildren(...groups.map((group) => groupButton(group, named(group.name))));
  const unknown = { key: "unknown", icon: "unknown", colour: "group-unknown group-rest" };
  byId("rest").replaceChildren(groupButton(unknown, say("unknown_group")));
  if (focused) byId("touch").querySelector(`[data-group="${CSS.escape(focused)}"]`)?.focus();
}

function groupButton({ key, icon: drawing, colour }, name) {
  const button = element(
    "button",
    `group ${colour}`,
    icon(drawing),
    element("span", "group-name", name),
    many > 1 ? element("span", "group-many", `+${many}`) : null,
  );
  button.type = "button";
  button.dataset.group = key;
  button.setAttribute("aria-label", say("tap_group", { group: name, people: people(many) }));
  return button;
}

function setMany(number) {
  const known = knowledge.knowledge();
  many = Math.min(Math.max(number, 1), known?.rules.max_headcount ?? 999);
  byId("many").textContent = String(many);
  byId("fewer").disabled = many === 1;
  clearTimeout(timer);
  if (many > 1) timer = setTimeout(setMany, FORGOTTEN, 1);
  if (known) draw();
}

/** onTouch(group, headcount) for each tap that counts; ready(): whether scans are taken now. */
export function listen(onTouch, ready) {
  byId("touch").addEventListener("click", (event) => {
    const button = event.target.closest("[data-group]");
    if (!button || !ready() || event.timeStamp - tapped < DOUBLE_TAP) return;
    tapped = event.timeStamp;
    onTouch(button.dataset.group, many);
    setMany(1);
  });
  byId("fewer").addEventListener("click", () => setMany(many - 1));
  for (const more of byId("touch").querySelectorAll("[data-more]")) {
    more.addEventListener("click", () => setMany(many + Number(more.dataset.more)));
  }
  setMany(1);
}
