// Checks what a kiosk needs of this device. Each line turns green or red within ten seconds.

const LEAST_FREE = 100 * 1024 * 1024; // bytes
const CLOCK_TOLERANCE = 30_000; // ms; a response's Date has whole seconds
const SLOW = 3000; // ms
const PATIENCE = 9000; // ms
const ASLEEP = 2000; // ms: shorter, it was another tab

/** @typedef {"good" | "bad" | "asked"} State */

/** @param {string} key @param {State} state */
function tell(key, state) {
  const line = document.getElementById(`check-${key}`);
  if (line) {
    line.dataset.state = state;
  }
  const states = [...document.querySelectorAll("[data-check]")].map((one) => /** @type {HTMLElement} */ (one).dataset.state);
  const summary = document.getElementById("summary");
  if (summary && !states.includes("running")) {
    const said = states.includes("bad") ? "bad" : states.includes("asked") ? "asked" : "good";
    summary.textContent = summary.dataset[said] ?? "";
  }
}

/** The result of a check, or bad where it throws or takes too long.
 * @param {string} key @param {() => Promise<boolean>} check */
async function run(key, check) {
  const late = new Promise((resolve) => setTimeout(() => resolve(false), PATIENCE));
  try {
    tell(key, (await Promise.race([check(), late])) ? "good" : "bad");
  } catch {
    tell(key, "bad");
  }
}

async function browser() {
  return [
    typeof structuredClone,
    typeof indexedDB,
    typeof WebAssembly,
    typeof BroadcastChannel,
    typeof AbortSignal.timeout,
  ].every((kind) => kind !== "undefined");
}

/** A browser also trusts localhost: then the line must not speak of https. */
async function secure() {
  const words = /** @type {HTMLElement | null} */ (document.querySelector("#check-secure [data-good-here]"));
  if (words && location.protocol !== "https:") {
    words.textContent = words.dataset.goodHere ?? "";
  }
  return window.isSecureContext;
}

async function camera() {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const live = stream.getVideoTracks().some((track) => track.readyState === "live");
  for (const track of stream.getTracks()) {
    track.stop();
  }
  return live;
}

async function storage() {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  // Persistence is only granted to pages that are used or installed; that alone is not red.
  await navigator.storage.persist();
  await new Promise((resolve, reject) => {
    const opening = indexedDB.open("openweek-device-check");
    opening.onsuccess = () => {
      opening.result.close();
      indexedDB.deleteDatabase("openweek-device-check");
      resolve(undefined);
    };
    opening.onerror = () => reject(opening.error);
  });
  return quota - usage >= LEAST_FREE;
}

/** @returns {Promise<{took: number, skew: number}>} */
async function ask() {
  const before = Date.now();
  const response = await fetch("/healthz", { cache: "no-store" });
  const took = Date.now() - before;
  const server = Date.parse(response.headers.get("Date") ?? "");
  return { took, skew: Math.abs(before + took / 2 - server) };
}

async function awake() {
  const lock = await navigator.wakeLock.request("screen");
  await lock.release();
  return true;
}

function watchSleep() {
  let hidden = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      hidden = Date.now();
    } else if (hidden && Date.now() - hidden > ASLEEP) {
      void run("resume", camera);
    }
  });
}

function watchScanner() {
  const field = /** @type {HTMLInputElement} */ (document.getElementById("scan-field"));
  let composed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause;
  const judge = () => {
    const typed = field.value.trim();
    if (typed) {
      tell("ime", composed ? "bad" : "good");
      tell("layout", typed === field.dataset.text ? "good" : "bad");
    }
    field.value = "";
    composed = false;
  };
  field.addEventListener("compositionstart", () => {
    composed = true;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Process" || event.isComposing) {
      composed = true;
    }
    if (event.key === "Enter") {
      clearTimeout(pause);
      judge();
    }
  });
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(judge, 1000);
  });
}

watchSleep();
watchScanner();
document.getElementById("start-camera")?.addEventListener("click", () => void run("camera", camera));
void run("browser", browser);
void run("secure", secure);
void run("storage", storage);
void run("awake", awake);
void run("camera", camera);
const answer = ask();
void run("network", async () => (await answer).took < SLOW);
void run("clock", async () => (await answer).skew < CLOCK_TOLERANCE);

export {};
