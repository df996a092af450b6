// A pass in the hand: the screen stays lit while its code is held under a scanner, and the page opens without a network.

import { stayAwake } from "../browser/wake-lock.js";

/** The worker keeps this page and what it is made of: it was fetched before the worker was there. */
async function keepPage() {
  const scope = location.pathname.slice(0, 3); // /C/ or /c/
  await navigator.serviceWorker.register(`${scope}service-worker.js`, { scope });
  const { active } = await navigator.serviceWorker.ready;
  const parts = performance.getEntriesByType("resource").map(({ name }) => name);
  active?.postMessage([location.href, ...parts]);
}

stayAwake();
// Over plain http there is none, and a browser may refuse: then the page is kept as long as the browser keeps pages.
if ("serviceWorker" in navigator) keepPage().catch(() => {});
