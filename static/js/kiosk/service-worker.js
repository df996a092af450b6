// The service worker of the kiosk app and of the code screens: they start without a server. Served as
// /kiosk/service-worker.js after a first line `const SHELL = {version, files: {address: sha256}};`.
// It answers nothing but the files of that list and the pages themselves; /api/ never passes through it.

/* global SHELL */

const kioskWorker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const KIOSK_CACHE = `openweek-kiosk-${SHELL.version}`;
const PAGES = ["/kiosk/", "/kiosk/display"];
const ICONS = ["/kiosk/manifest.webmanifest", "/kiosk/icon-192.png", "/kiosk/icon-512.png"];

/** @param {Response} response */
async function digestOf(response) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} address */
async function fetchNew(address) {
  const response = await fetch(address, { cache: "no-cache", credentials: "omit" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

/**
 * Fetch one file. A file with another digest fails the installation, so that versions never mix; the browser tries again.
 * @param {Cache} cache
 * @param {[string, string]} file
 */
async function keepFile(cache, [address, digest]) {
  const response = await fetchNew(address);
  if ((await digestOf(response)) !== digest) throw new Error(`${address} is of another version`);
  await cache.put(address, response);
}

/**
 * @param {Cache} cache
 * @param {string} address
 */
async function keepPage(cache, address) {
  const page = await fetchNew(address);
  if (page.headers.get("Openweek-Kiosk-Version") !== SHELL.version) throw new Error(`${address} is of another version`);
  await cache.put(address, page);
}

async function install() {
  const cache = await caches.open(KIOSK_CACHE);
  await Promise.all([
    ...PAGES.map((address) => keepPage(cache, address)),
    ...Object.entries(SHELL.files).map((file) => keepFile(cache, file)),
    ...ICONS.map(async (address) => cache.put(address, await fetchNew(address))),
  ]);
}

async function activate() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("openweek-kiosk-") && name !== KIOSK_CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await kioskWorker.clients.claim();
}

/**
 * @param {Request} request
 * @param {string} address
 */
async function answerFromCache(request, address) {
  const cache = await caches.open(KIOSK_CACHE);
  return (await cache.match(address)) ?? fetch(request);
}

kioskWorker.addEventListener("install", (event) => event.waitUntil(install()));
kioskWorker.addEventListener("activate", (event) => event.waitUntil(activate()));
kioskWorker.addEventListener("message", (event) => {
  // The page decides when it is idle.
  if (event.data === "take over") kioskWorker.skipWaiting();
  if (event.data === "serve this page, too") event.waitUntil(kioskWorker.clients.claim());
});
kioskWorker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const address = PAGES.includes(url.pathname) ? url.pathname : url.pathname + url.search;
  const isListed = PAGES.includes(address) || address in SHELL.files || ICONS.includes(address);
  if (isListed) event.respondWith(answerFromCache(request, address));
});
