// The page of a pass: keeps the screen on, and makes the page available offline.

import { stayAwake } from "../browser/wake-lock.js";

/** Tell the worker to store this page and its parts: they were fetched before the worker started. */
async function keepPage() {
  const scope = location.pathname.slice(0, 3); // /C/ or /c/
  await navigator.serviceWorker.register(`${scope}service-worker.js`, { scope });
  const { active } = await navigator.serviceWorker.ready;
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  const parts = performance.getEntriesByType("resource").map(({ name }) => name);
  active?.postMessage([location.href, ...parts]);
}

stayAwake();
// Not over plain http, and a browser may refuse.
if ("serviceWorker" in navigator) keepPage().catch(() => {});
