// The dialog for rewards of stamp cards: look a card up by scanning or typing, hand a reward out once. Needs the network.

import { ask, Failed } from "../server/api.js";
import { byId, element } from "../base/dom.js";
import { clockTime, dayOf, localized, say } from "../base/words.js";
import * as deviceState from "../server/device-state.js";

/**
 * @typedef {object} Reward
 * @property {string} key
 * @property {Names} name
 * @property {boolean} reached
 * @property {string | null} redeemed_at
 */
/** @typedef {{stamps: number, focus_points: number, rewards: Reward[]}} Card */

let token = "";

export function isOpen() {
  return byId("cards").open;
}

/** @param {any} payload */
function isCard(payload) {
  return Number.isInteger(payload?.stamps) && Array.isArray(payload.rewards);
}

/**
 * The card of a code; with a reward, hands it out.
 * @param {string} code
 * @param {string} [reward]
 */
export async function lookUp(code, reward) {
  byId("card-code").value = code;
  byId("card-error").textContent = "";
  byId("card-facts").replaceChildren();
  const text = code.trim();
  if (!text) {
    byId("card-error").textContent = say("type_empty");
    return;
  }
  try {
    draw(text, await ask("/api/v1/kiosk/cards", { token, body: reward ? { code: text, reward } : { code: text }, is: isCard }));
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    byId("card-error").textContent = error.detail || say("cards_offline");
  }
}

/**
 * @param {string} code
 * @param {Card} card
 */
function draw(code, { stamps, focus_points: focus, rewards }) {
  const { zone } = deviceState.required().campaign;
  const rows = rewards.map(({ key, name, reached, redeemed_at: given }) => {
    const row = element("p", "card-reward", element("strong", "", localized(name)));
    const when = given ? Date.parse(given) : 0;
    if (given) row.append(element("span", "", say("card_given", { time: `${dayOf(when, zone)} ${clockTime(when, zone)}` })));
    else if (!reached) row.append(element("span", "soft", say("card_not_reached")));
    else {
      const button = element("button", "button-main", say("card_give"));
      button.type = "button";
      button.addEventListener("click", () => lookUp(code, key));
      row.append(button);
    }
    return row;
  });
  const sum = say("card_sum", { stamps: String(stamps), focus: String(focus) });
  byId("card-facts").replaceChildren(element("p", "card-sum", sum), ...rows);
}

/** @param {string} ownToken */
export function open(ownToken) {
  token = ownToken;
  byId("card-code").value = "";
  byId("card-error").textContent = "";
  byId("card-facts").replaceChildren();
  byId("cards").showModal();
  byId("card-code").focus();
}

export function close() {
  byId("cards").close();
}

export function listen() {
  byId("cards-close").addEventListener("click", close);
  byId("cards-form").addEventListener("submit", (event) => {
    event.preventDefault();
    lookUp(byId("card-code").value);
  });
}
