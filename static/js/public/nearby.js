// The events of a list sorted by their distance from here. The position stays in this browser: what it asks the server for
// is the same for everybody.

/** @typedef {{id: number, title: string, when: string, region: string, place: string, at: [number, number][]}} Placed */

const MOST = 50;
const EARTH = 6371; // kilometres
const PATIENCE = 15_000; // milliseconds

const template = /** @type {HTMLTemplateElement} */ (document.getElementById("near-card"));
const statusLine = /** @type {HTMLElement} */ (document.querySelector(".quick-status"));
const list = /** @type {HTMLElement} */ (document.getElementById("list"));
/** @type {HTMLElement | null} */
let cards = null;

/** @param {string | undefined} words */
function say(words) {
  statusLine.textContent = words ?? "";
  statusLine.hidden = !words;
}

/** @returns {Promise<GeolocationPosition>} */
function position() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) reject(new Error("no geolocation"));
    else navigator.geolocation.getCurrentPosition(resolve, reject, { timeout: PATIENCE, maximumAge: 300_000 });
  });
}

/**
 * Kilometres between two points.
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
export function distance(from, to) {
  const [lat1, lon1, lat2, lon2] = [...from, ...to].map((degrees) => (degrees * Math.PI) / 180);
  const a = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin((lon2 - lon1) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.sqrt(a));
}

/** @param {number} kilometres */
function distanceWords(kilometres) {
  const near = kilometres < 1;
  const amount = near ? Math.round(kilometres * 100) * 10 : kilometres;
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit: near ? "meter" : "kilometer",
    maximumFractionDigits: kilometres < 10 ? 1 : 0,
  }).format(amount);
}

/**
 * @param {Placed} event
 * @param {number} kilometres
 */
function card(event, kilometres) {
  const made = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const fill = (/** @type {string} */ selector, /** @type {string} */ words) => {
    const node = made.querySelector(selector);
    if (node) node.textContent = words;
  };
  fill("[data-distance]", distanceWords(kilometres));
  fill("[data-when]", event.when);
  fill("[data-region-words]", event.region);
  fill("[data-place]", event.place);
  const link = /** @type {HTMLAnchorElement} */ (made.querySelector("a"));
  link.textContent = event.title;
  link.href = `${(document.querySelector(".brand")?.getAttribute("href") ?? "/").replace(/\/$/, "")}/events/${event.id}`;
  return made;
}

/**
 * @param {Placed[]} events
 * @param {[number, number]} here
 */
function draw(events, here) {
  const byDistance = events
    .map((event) => ({ event, kilometres: Math.min(...event.at.map((at) => distance(here, at))) }))
    .sort((a, b) => a.kilometres - b.kilometres)
    .slice(0, MOST);
  cards = document.createElement("div");
  cards.className = "cards near-cards";
  cards.append(...byDistance.map(({ event, kilometres }) => card(event, kilometres)));
  list.classList.add("is-near");
  list.append(cards);
}

function close() {
  cards?.remove();
  cards = null;
  list.classList.remove("is-near");
  say("");
}

/**
 * Sort by distance, or back by time.
 * @param {HTMLElement} button
 */
export async function toggle(button) {
  const on = !cards;
  if (!on) close();
  button.setAttribute("aria-pressed", String(on));
  if (!on) return;
  say(button.dataset.asking);
  try {
    const [{ coords }, answer] = await Promise.all([position(), fetch(button.dataset.nearby ?? "")]);
    const { events } = await answer.json();
    if (events.length) draw(events, [coords.latitude, coords.longitude]);
    say(events.length ? button.dataset.sorted : button.dataset.none);
    if (!events.length) button.setAttribute("aria-pressed", "false");
  } catch {
    button.setAttribute("aria-pressed", "false");
    say(button.dataset.failed);
  }
  if (!cards) addRegions(button);
}

/**
 * Without a position: the page of regions, where one is chosen with a few taps.
 * @param {HTMLElement} button
 */
function addRegions(button) {
  const link = document.createElement("a");
  link.href = button.getAttribute("href") ?? "";
  link.textContent = button.dataset.regions ?? "";
  statusLine.append(" ", link);
}
