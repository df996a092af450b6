// The service worker of the pages of passes, served under /C/ and /c/, and of a phone's slip of attendance, beside that slip: a
// holder who has opened one once opens it without a network, too. The server comes first; what it does not let anybody keep (a
// revoked pass, the slip of a check-in that was undone) goes away. The address is a secret: it is sent only to the server that
// made it.

const passWorker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const PASS_CACHE = "openweek-passes";
const KEPT_PAGES = /^\/(c\/|v\/[^/]+\/[^/]+\/slip)/i;
const STATIC = "/static/";
const PATIENCE = 4000; // milliseconds; a crowded network may accept a request and never answer

/**
 * Under which address something is kept; null: it is not. Chat apps add queries to the address of a page.
 * @param {string} address
 */
function keyOf(address) {
  const { origin, pathname, search } = new URL(address);
  if (origin !== location.origin) return null;
  if (pathname.startsWith(STATIC)) return pathname + search;
  return KEPT_PAGES.test(pathname) ? pathname : null;
}

/**
 * Whether the server itself forbids storing it: the login page of a network says nothing about a pass, a busy server neither.
 * @param {Response} response
 */
function isWithdrawn({ ok, status, headers }) {
  const decided = ok || status === 404 || status === 410;
  return decided && headers.get("Cache-Control") === "no-store" && headers.has("X-Robots-Tag");
}

/**
 * @param {string} key
 * @param {Response} response
 */
function mayKeep(key, { ok, headers }) {
  return ok && (key.startsWith(STATIC) || /^private, (max-age=[1-9]|no-cache)/.test(headers.get("Cache-Control") ?? ""));
}

/**
 * Drop a pass with its pictures and slips, or a slip, in whatever spelling they were opened.
 * @param {Cache} cache
 * @param {string} key
 */
async function drop(cache, key) {
  /** @param {Request} request */
  const isOfPass = (request) => new URL(request.url).pathname.toLowerCase().startsWith(key.toLowerCase());
  await Promise.all((await cache.keys()).filter(isOfPass).map((request) => cache.delete(request)));
}

/**
 * @param {string} key
 * @param {Response} response
 */
async function storeOrDrop(key, response) {
  const cache = await caches.open(PASS_CACHE);
  if (mayKeep(key, response)) await cache.put(key, response.clone());
  else if (KEPT_PAGES.test(key) && isWithdrawn(response)) await drop(cache, key);
}

/** @param {string} key */
async function storedCopy(key) {
  return (await caches.open(PASS_CACHE)).match(key, { ignoreVary: true }); // one browser, one holder
}

/**
 * A pass may have been revoked since: the server is asked, not what the browser remembers of its answer for a day.
 * @param {Request} request
 * @param {string} key
 */
function ask(request, key) {
  return key.startsWith(STATIC) ? fetch(request) : fetch(request.url, { cache: "no-cache" });
}

/**
 * @param {Request} request
 * @param {string} key
 * @returns {Promise<Response>}
 */
async function answerPass(request, key) {
  const fetched = ask(request, key).then(async (response) => {
    await storeOrDrop(key, response).catch(() => {}); // a phone without room for it shows it all the same
    return response;
  });
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const answered = await Promise.race([fetched, late]).catch(() => undefined);
  if (answered && answered.status < 500 && answered.status !== 429) return answered;
  return (await storedCopy(key)) ?? fetched;
}

/** @param {string[]} addresses */
async function keepAll(addresses) {
  for (const address of addresses) {
    const key = keyOf(address);
    if (key && !key.endsWith("/service-worker.js")) await storeOrDrop(key, await fetch(address));
  }
}

passWorker.addEventListener("install", () => passWorker.skipWaiting());
passWorker.addEventListener("activate", (event) => event.waitUntil(passWorker.clients.claim()));
passWorker.addEventListener("message", (event) => event.waitUntil(keepAll(event.data)));
passWorker.addEventListener("fetch", (event) => {
  const { request } = event;
  const key = request.method === "GET" ? keyOf(request.url) : null;
  if (key) event.respondWith(answerPass(request, key));
});
