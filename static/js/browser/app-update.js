// The installed app: start its service worker, and let a new version take over when the kiosk is idle.

const IDLE = 20_000; // milliseconds without a touch, a key or a scan
const LOOK = 5000;
const AGAIN = 10_000; // milliseconds after which a first version that failed to install is asked for again

let lastUse = performance.now();
/** @type {ServiceWorkerRegistration | null} */
let registration = null;

/** The version of the page that is open: twelve hex digits. */
export const version = document.documentElement.dataset.version;

/** @param {() => boolean} busy */
function idle(busy) {
  return !busy() && performance.now() - lastUse > IDLE;
}

/** Somebody is here: a scan counts too, although no hand touched the screen. */
export function used() {
  lastUse = performance.now();
}

/** Ask for the worker. A first version that fails to install leaves none, so it is asked for again. */
async function register() {
  try {
    const options = /** @type {const} */ ({ scope: "/kiosk/", updateViaCache: "none" });
    const pending = await navigator.serviceWorker.register("/kiosk/service-worker.js", options);
    registration = pending;
    const retry = () => pending.active || pending.waiting || pending.installing || setTimeout(register, AGAIN);
    pending.installing?.addEventListener("statechange", retry);
    retry();
  } catch (error) {
    // Started with no network, or the browser keeps nothing: the worker that is there serves on. Behind a confirmed warning about
    // the certificate no browser installs a worker.
    const note = document.getElementById("untrusted");
    if (note && error instanceof DOMException && error.name === "SecurityError") note.hidden = false;
  }
}

/** Ask whether there is a newer version; without a network nothing happens. */
export function lookForNewer() {
  if (registration?.active) registration.update().catch(() => {});
  else if ("serviceWorker" in navigator) register();
}

/** Take the waiting version at once, or load the page anew where none waits. */
export function takeOver() {
  if (registration?.waiting) registration.waiting.postMessage("take over");
  else location.reload();
}

/**
 * busy(): whether a scan is being shown or asked about, so that the page must stay as it is.
 * @param {() => boolean} busy
 */
export async function start(busy) {
  if (!("serviceWorker" in navigator)) return;
  for (const use of ["pointerdown", "keydown"]) document.addEventListener(use, used, { capture: true, passive: true });
  const { serviceWorker } = navigator;
  let served = Boolean(serviceWorker.controller);
  serviceWorker.addEventListener("controllerchange", () => {
    // The first worker of all brings what is on the screen already; a later one brings something new.
    if (served) location.reload();
    served = true;
  });
  // A worker that began while this page was on its way has not seen it.
  serviceWorker.ready.then(({ active }) => {
    if (!serviceWorker.controller) active?.postMessage("serve this page, too");
  });
  await register();
  setInterval(() => {
    if (registration?.waiting && serviceWorker.controller && idle(busy)) takeOver();
  }, LOOK);
}
