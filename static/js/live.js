// Keeps the figures of one event fresh: asks once a second, draws only what has changed, says when it cannot ask.

const EVERY = 1000; // ms between two questions; a hidden page asks less often
const HIDDEN = 15000;
const PATIENCE = 6000; // ms after which an answer will not come any more
const SLOWEST = 8000; // ms between two tries while the connection is lost
const QUIET = 10000; // ms between two announcements, so that a busy door does not talk all the time

const root = document.querySelector("[data-live]");
const part = (name) => root.querySelector(`[data-${name}]`);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let tag = root.dataset.tag;
let failures = 0;
let announcedAt = 0;
let unsaid = "";
let wake = () => {};

const wallClock = new Intl.DateTimeFormat("en-GB", {
  timeZone: root.dataset.zone,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

async function ask() {
  const response = await fetch(root.dataset.live, {
    headers: { "If-None-Match": `"${tag}"`, Accept: "application/json" },
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (response.status === 304) {
    return { response };
  }
  // A portal in between may answer 200 with a page of its own: that is no answer.
  const json = response.ok && response.headers.get("Content-Type")?.includes("application/json");
  if (json) {
    return { response, figures: await response.json() };
  }
  if (response.status === 401 || response.status === 404) {
    return { response, over: response.status === 401 ? root.dataset.signedOut : root.dataset.gone };
  }
  throw new Error(`answered ${response.status}`);
}

function draw(figures) {
  const box = part("figures");
  const open = [...box.querySelectorAll("details[open]")].map((one) => one.id);
  const focused = box.contains(document.activeElement) ? document.activeElement : null;
  const summaryOf = focused?.closest("details")?.id;
  box.innerHTML = figures.html;
  for (const id of open) {
    document.getElementById(id)?.setAttribute("open", "");
  }
  if (summaryOf) {
    document.getElementById(summaryOf)?.querySelector("summary")?.focus({ preventScroll: true });
  }
  unsaid = figures.sentence;
}

function announce() {
  if (unsaid && Date.now() - announcedAt > QUIET) {
    part("said").textContent = unsaid;
    unsaid = "";
    announcedAt = Date.now();
  }
}

function show(state, words = "") {
  root.dataset.state = state;
  const trouble = part("trouble");
  if (trouble.textContent !== words) {
    trouble.textContent = words;
  }
  trouble.hidden = !words;
}

function settle({ response, figures }) {
  failures = 0;
  if (figures) {
    draw(figures);
    tag = response.headers.get("ETag").replaceAll(/^(?:W\/)?"|"$/g, "");
  }
  const told = Date.parse(response.headers.get("Date"));
  const at = new Date(Number.isNaN(told) ? Date.now() : told);
  part("updated").dateTime = at.toISOString();
  part("updated").textContent = wallClock.format(at);
  show("live");
  announce();
}

function pause() {
  if (failures) {
    return Math.min(SLOWEST, EVERY * 2 ** (failures - 1));
  }
  return document.hidden ? HIDDEN : EVERY;
}

async function keepFresh() {
  for (;;) {
    await Promise.race([wait(pause()), new Promise((resolve) => (wake = resolve))]);
    try {
      const answer = await ask();
      if (answer.over) {
        show("over", answer.over);
        return;
      }
      settle(answer);
    } catch {
      failures += 1;
      if (failures > 1 || !navigator.onLine) {
        show("lost", root.dataset.lost); // one lost answer alone is not worth an alarm
      }
    }
  }
}

document.addEventListener("visibilitychange", () => document.hidden || wake());
window.addEventListener("online", () => wake());
window.addEventListener("offline", () => wake());
show("live");
keepFresh();
