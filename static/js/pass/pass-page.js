// The page of a pass: keeps the screen on, makes the page available offline, and brings its stamps up to date.

import { stayAwake } from "../browser/wake-lock.js";

const STAMPS = "#stamp-card";

/** Tell the worker to store this page and its parts: they were fetched before the worker started. */
async function keepPage() {
  const scope = location.pathname.slice(0, 3); // /C/ or /c/
  await navigator.serviceWorker.register(`${scope}service-worker.js`, { scope });
  const { active } = await navigator.serviceWorker.ready;
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  const parts = performance.getEntriesByType("resource").map(({ name }) => name);
  active?.postMessage([location.href, ...parts]);
}

/** The browser may have remembered this page for a day: the stamps that the server knows by now take the place of its own. */
async function renewStamps() {
  const shown = document.querySelector(STAMPS);
  if (!shown) return;
  const response = await fetch(location.href, { cache: "no-cache" });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector(STAMPS);
  if (fresh) shown.replaceWith(fresh);
}

stayAwake();
// Not over plain http, and a browser may refuse.
if ("serviceWorker" in navigator) keepPage().catch(() => {});
renewStamps().catch(() => {}); // without a network the page shows what it last knew
