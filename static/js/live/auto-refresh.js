// Keeps a part of a page fresh: asks again and again, draws only what has changed, says when it cannot ask.
//
// The part has data-fresh (the address to ask), data-tag (of what it shows), data-zone, and the words for when asking
// fails: data-lost, data-signed-out, data-gone. In it: data-updated, data-trouble, data-said.

const HIDDEN = 15000; // ms between two requests of a hidden page
const PATIENCE = 6000; // ms after which an answer will not come any more
const SLOWEST = 8000; // ms between two tries while the connection is lost
const QUIET = 10000; // least ms between two announcements of a screen reader

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Put new markup into a box; what was opened in it stays open, and the focus stays where it was.
 * @param {HTMLElement} box
 * @param {string} html
 */
export function redraw(box, html) {
  const open = [...box.querySelectorAll("details[open]")].map((details) => details.id);
  const focused = box.contains(document.activeElement) ? document.activeElement : null;
  const summaryOf = focused?.closest("details")?.id;
  const address = focused?.getAttribute("href");
  const save = /** @type {HTMLElement | null} */ (focused?.closest("[data-save]") ?? null)?.dataset;
  box.innerHTML = html;
  for (const id of open) {
    document.getElementById(id)?.setAttribute("open", "");
  }
  /** @type {HTMLElement | null | undefined} */
  const refocus = summaryOf
    ? document.getElementById(summaryOf)?.querySelector("summary")
    : save
      ? box.querySelector(`[data-save="${save.save}"][data-kind="${save.kind}"]`)
      : [...box.querySelectorAll("a")].find((link) => link.getAttribute("href") === address);
  refocus?.focus({ preventScroll: true });
}

/**
 * Keep `root` fresh. draw: takes the JSON of an answer. every: ms between two questions. listen: opens a stream, during
 * which nothing is asked (events.js). Answers a function that asks at once.
 * @param {HTMLElement} root
 * @param {(payload: any) => void} draw
 * @param {number} every
 * @param {(listener: import("./events.js").Listener) => import("./events.js").Stream} [listen]
 */
export function keepFresh(root, draw, every, listen) {
  /** @param {string} name */
  const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-${name}]`));
  const wallClock = new Intl.DateTimeFormat("en-GB", {
    timeZone: root.dataset.zone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  let tag = root.dataset.tag;
  let failures = 0;
  let announcedAt = 0;
  let unsaid = "";
  let latest = 0; // of the figures that are shown: another process of the server may answer with older ones
  let woken = false;
  /** @type {(value?: unknown) => void} */
  let wake = () => {};

  async function ask() {
    const response = await fetch(root.dataset.fresh ?? "", {
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
      return { response, payload: await response.json() };
    }
    if (response.status === 401 || response.status === 404) {
      return { response, over: response.status === 401 ? root.dataset.signedOut : root.dataset.gone };
    }
    throw new Error(`answered ${response.status}`);
  }

  function announce() {
    if (unsaid && Date.now() - announcedAt > QUIET) {
      part("said").textContent = unsaid;
      unsaid = "";
      announcedAt = Date.now();
    }
  }

  /**
   * @param {string} state
   * @param {string} [words]
   */
  function show(state, words = "") {
    root.dataset.state = state;
    const trouble = part("trouble");
    if (trouble.textContent !== words) {
      trouble.textContent = words;
    }
    trouble.hidden = !words;
  }

  /** @param {{response: Response, payload?: any}} answer */
  function settle({ response, payload }) {
    const etag = (response.headers.get("ETag") ?? "").replaceAll(/^(?:W\/)?"|"$/g, "");
    take(payload, etag, Date.parse(response.headers.get("Date") ?? ""));
  }

  /**
   * @param {any} payload of what has changed, if anything has
   * @param {string} newTag of it
   * @param {number} answeredAt by the server's clock; NaN: not known
   */
  function take(payload, newTag, answeredAt) {
    failures = 0;
    const asOf = Date.parse(payload?.as_of ?? "");
    if (payload && !(asOf < latest)) {
      latest = Number.isNaN(asOf) ? latest : asOf;
      draw(payload);
      unsaid = payload.sentence;
      tag = newTag;
    }
    const at = new Date(Number.isNaN(answeredAt) ? Date.now() : answeredAt);
    /** @type {HTMLTimeElement} */ (part("updated")).dateTime = at.toISOString();
    part("updated").textContent = wallClock.format(at);
    show("live");
    announce();
  }

  function pause() {
    if (failures) {
      return Math.min(SLOWEST, every * 2 ** (failures - 1));
    }
    return document.hidden ? HIDDEN : every;
  }

  const stream = listen?.({
    take: (payload) => take(payload, payload.tag, Date.now()),
    alive: () => take(undefined, "", Date.now()),
    ended: () => wake(),
  });

  async function run() {
    stream?.open();
    for (;;) {
      await Promise.race([wait(pause()), new Promise((resolve) => (wake = resolve))]);
      if (document.hidden || !navigator.onLine) {
        stream?.close();
      } else if (stream?.isOpen() && !woken) {
        continue;
      }
      woken = false;
      try {
        const answer = await ask();
        if (answer.over) {
          stream?.close();
          show("over", answer.over);
          return;
        }
        settle(answer);
        if (!document.hidden) {
          stream?.open();
        }
      } catch {
        failures += 1;
        if (failures > 1 || !navigator.onLine) {
          show("lost", root.dataset.lost); // one lost answer alone is not worth an alarm
        }
      }
    }
  }

  // Ask at once, also while a stream is open: somebody who comes back may have signed out meanwhile.
  function askNow() {
    woken = true;
    wake();
  }

  document.addEventListener("visibilitychange", askNow);
  window.addEventListener("online", askNow);
  window.addEventListener("offline", askNow);
  show("live");
  run();
  return askNow;
}
