// Makes the page of a pass or a slip of attendance available offline. No effect over plain http, or where a browser refuses.

const OF_PASS = /^\/c\//i;

/** The scope of the worker: all passes with their slips, or this slip of a phone alone, so that no check-in waits for it. */
function scopeOf(/** @type {string} */ path) {
  return OF_PASS.test(path) ? path.slice(0, 3) : path;
}

/** Tell the worker to store this page and its parts: they were fetched before the worker started. */
async function keepPage() {
  const scope = scopeOf(location.pathname);
  const folder = scope.slice(0, scope.lastIndexOf("/") + 1);
  await navigator.serviceWorker.register(`${folder}service-worker.js`, { scope });
  const { active } = await navigator.serviceWorker.ready;
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  const parts = performance.getEntriesByType("resource").map(({ name }) => name);
  active?.postMessage([location.href, ...parts]);
}

export function keepForOffline() {
  if ("serviceWorker" in navigator) keepPage().catch(() => {});
}
