// Stars on events. The browser keeps the list's secret and what is on it, so that stars show filled on every page; a tap
// is posted quietly. Where the browser keeps nothing (storage blocked), the form works as it does without JavaScript.

const form = document.getElementById("star");
const said = document.getElementById("star-said");
const key = form ? `openweek.chosen.${form.dataset.campaign}` : "";
const stars = [...document.querySelectorAll("button.star")];
const page = document.querySelector("[data-list]");

function storage() {
  try {
    localStorage.setItem("openweek.try", "");
    localStorage.removeItem("openweek.try");
    return localStorage;
  } catch {
    return null;
  }
}

const kept = form && storage();

function read() {
  try {
    const found = JSON.parse(kept.getItem(key));
    if (typeof found.secret === "string" && Array.isArray(found.events)) return found;
  } catch {
    // Nothing kept yet, or something that is not ours.
  }
  return { secret: "", events: [] };
}

function keep(list) {
  if (list.secret) kept.setItem(key, JSON.stringify({ secret: list.secret, events: list.events }));
  else kept.removeItem(key);
}

// A page that belongs to a list shows what the server says of that list; every other page what the browser remembers.
const own = form?.elements.namedItem("secret")?.value ?? "";
let shown = own ? { secret: own, events: pressed() } : kept ? read() : null;

function pressed() {
  return stars.filter((star) => star.getAttribute("aria-pressed") === "true").map((star) => Number(star.value));
}

function show() {
  for (const star of stars) {
    const on = shown.events.includes(Number(star.value));
    star.setAttribute("aria-pressed", String(on));
    star.name = on ? "remove" : "add";
  }
  const count = document.querySelector("[data-chosen-count]");
  const events = read().events;
  if (count) {
    count.hidden = events.length === 0;
    count.textContent = String(events.length);
  }
}

async function post(name, ids, secret) {
  const body = new URLSearchParams(ids.map((id) => [name, String(id)]));
  if (secret) body.append("secret", secret);
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (answer.status === 404 && secret && !own) {
    // The list was deleted or got a new address elsewhere: what this browser chose begins a new one.
    const all = name === "add" ? [...new Set([...read().events, ...ids])] : read().events.filter((id) => !ids.includes(id));
    return all.length ? post("add", all, "") : { secret: "", events: [] };
  }
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function toggle(star) {
  const id = Number(star.value);
  // What the browser keeps may have changed since: in another tab, or by the tap before this one.
  if (!own) shown = read();
  const name = shown.events.includes(id) ? "remove" : "add";
  const before = shown.events;
  shown.events = name === "add" ? [...before, id] : before.filter((one) => one !== id);
  show();
  try {
    shown = await post(name, [id], shown.secret);
    if (!own || own === read().secret) keep(shown);
    said.textContent = name === "add" ? form.dataset.added : form.dataset.removed;
    said.className = "unseen";
  } catch {
    shown.events = before;
    said.textContent = form.dataset.failed;
    said.className = "alert alert-bad star-failed";
  }
  show();
}

// One after the other: two quick taps must not begin two lists.
let queue = Promise.resolve();

function listen() {
  for (const star of stars) {
    star.addEventListener("click", (event) => {
      event.preventDefault();
      queue = queue.then(() => toggle(star));
    });
  }
  const again = () => {
    if (!own) shown = read();
    show();
  };
  addEventListener("storage", again);
  addEventListener("pageshow", (event) => event.persisted && again());
  show();
}

// The page of a list: this browser collects there from now on, if it did nowhere yet or the reader says so.
function adopt() {
  const held = read();
  if (!held.secret || held.secret === own) keep(shown);
  else page.querySelector(".adopt").hidden = false;
  page.querySelector("[data-adopt]").addEventListener("click", () => {
    keep(shown);
    page.querySelector(".adopt").hidden = true;
    show();
  });
  for (const revoke of page.querySelectorAll("form[data-revoke]")) {
    revoke.addEventListener("submit", () => {
      if (read().secret === own) keep({ secret: "", events: [] });
    });
  }
  show();
}

// The page without a list leads on to the one that is remembered, if that is still there.
async function lead() {
  const { secret } = read();
  if (!secret) return;
  const there = `${form.action}${secret}/`;
  const answer = await fetch(there, { method: "HEAD" });
  if (answer.ok) location.replace(there);
  else if (answer.status === 404) {
    keep({ secret: "", events: [] });
    show();
  }
}

if (kept) {
  listen();
  if (page) adopt();
  if (document.querySelector("[data-begin]")) lead().catch(() => {});
}
