// Stars on events. The browser keeps the list's secret and what is on it, so that stars show filled on every page; a tap
// is posted quietly. Where the browser keeps nothing (storage blocked), the form works as it does without JavaScript.

/** @typedef {{secret: string, events: number[]}} List */

// Every page that has stars has both of these; a page without a campaign has neither, and then nothing is done.
const form = /** @type {HTMLFormElement} */ (document.getElementById("star"));
const notice = /** @type {HTMLElement} */ (document.getElementById("star-said"));
const key = form ? `openweek.chosen.${form.dataset.campaign}` : "";
/** @type {HTMLButtonElement[]} */
const stars = [...document.querySelectorAll("button")].filter((button) => button.matches(".star"));
const page = /** @type {HTMLElement} */ (document.querySelector("[data-list]"));

function storage() {
  try {
    localStorage.setItem("openweek.try", "");
    localStorage.removeItem("openweek.try");
    return localStorage;
  } catch {
    return null;
  }
}

// What is called below asks first whether the browser keeps anything.
const store = /** @type {Storage} */ (form && storage());

/** @returns {List} */
function read() {
  try {
    const list = JSON.parse(store.getItem(key) ?? "");
    if (typeof list.secret === "string" && Array.isArray(list.events)) return list;
  } catch {
    // Nothing stored yet, or not in our shape.
  }
  return { secret: "", events: [] };
}

/** @param {List} list */
function keep(list) {
  if (list.secret) store.setItem(key, JSON.stringify({ secret: list.secret, events: list.events }));
  else store.removeItem(key);
}

// The page of a list shows the server's state; every other page shows what this browser has stored.
const secretField = /** @type {HTMLInputElement | null | undefined} */ (form?.elements.namedItem("secret"));
const pageSecret = secretField?.value ?? "";
/** @type {List} */
let list = pageSecret ? { secret: pageSecret, events: pressed() } : store ? read() : { secret: "", events: [] };

function pressed() {
  return stars.filter((star) => star.getAttribute("aria-pressed") === "true").map((star) => Number(star.value));
}

function show() {
  for (const star of stars) {
    const on = list.events.includes(Number(star.value));
    star.setAttribute("aria-pressed", String(on));
    star.name = on ? "remove" : "add";
  }
  const count = /** @type {HTMLElement | null} */ (document.querySelector("[data-chosen-count]"));
  const events = read().events;
  if (count) {
    count.hidden = events.length === 0;
    count.textContent = String(events.length);
  }
}

/**
 * @param {string} name
 * @param {number[]} ids
 * @param {string} secret
 * @returns {Promise<List>}
 */
async function post(name, ids, secret) {
  const body = new URLSearchParams(ids.map((id) => [name, String(id)]));
  if (secret) body.append("secret", secret);
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (answer.status === 404 && secret && !pageSecret) {
    // The list was deleted or moved elsewhere: start a new one from what this browser has stored.
    const events = name === "add" ? [...new Set([...read().events, ...ids])] : read().events.filter((id) => !ids.includes(id));
    return events.length ? post("add", events, "") : { secret: "", events: [] };
  }
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** @param {HTMLButtonElement} star */
async function toggle(star) {
  const id = Number(star.value);
  // Another tab or the previous tap may have changed the stored list.
  if (!pageSecret) list = read();
  const name = list.events.includes(id) ? "remove" : "add";
  const previous = list.events;
  list.events = name === "add" ? [...previous, id] : previous.filter((event) => event !== id);
  show();
  try {
    list = await post(name, [id], list.secret);
    if (!pageSecret || pageSecret === read().secret) keep(list);
    notice.textContent = (name === "add" ? form.dataset.added : form.dataset.removed) ?? "";
    notice.className = "unseen";
  } catch {
    list.events = previous;
    notice.textContent = form.dataset.failed ?? "";
    notice.className = "alert alert-bad star-failed";
  }
  show();
}

// Serialized: two quick taps must not create two lists.
let queue = Promise.resolve();

function listen() {
  for (const star of stars) {
    star.addEventListener("click", (event) => {
      event.preventDefault();
      queue = queue.then(() => toggle(star));
    });
  }
  const redraw = () => {
    if (!pageSecret) list = read();
    show();
  };
  addEventListener("storage", redraw);
  addEventListener("pageshow", (event) => event.persisted && redraw());
  show();
}

// The page of a list: this browser adds to it from now on, if it has no list yet or the reader says so.
function adopt() {
  const adoption = /** @type {HTMLElement} */ (page.querySelector(".adopt"));
  const remembered = read();
  if (!remembered.secret || remembered.secret === pageSecret) keep(list);
  else adoption.hidden = false;
  page.querySelector("[data-adopt]")?.addEventListener("click", () => {
    keep(list);
    adoption.hidden = true;
    show();
  });
  for (const revoke of page.querySelectorAll("form[data-revoke]")) {
    revoke.addEventListener("submit", () => {
      if (read().secret === pageSecret) keep({ secret: "", events: [] });
    });
  }
  show();
}

// The page without a list redirects to the stored list, if that still exists.
async function lead() {
  const { secret } = read();
  if (!secret) return;
  const address = `${form.action}${secret}/`;
  const answer = await fetch(address, { method: "HEAD" });
  if (answer.ok) location.replace(address);
  else if (answer.status === 404) {
    keep({ secret: "", events: [] });
    show();
  }
}

if (store) {
  listen();
  if (page) adopt();
  if (document.querySelector("[data-begin]")) lead().catch(() => {});
}

export {}; // a module: its names are its own
