// The page of a pass: keeps the screen on, makes the page available offline, and brings its stamps up to date.

import { stayAwake } from "../browser/wake-lock.js";
import { keepForOffline } from "./keep-page.js";

const STAMPS = "#stamp-card";

/** The browser may have remembered this page for a day: the stamps that the server knows by now take the place of its own. */
async function renewStamps() {
  const shown = document.querySelector(STAMPS);
  if (!shown) return;
  const response = await fetch(location.href, { cache: "no-cache" });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector(STAMPS);
  if (!fresh) return;
  const { activeElement } = document;
  const focused = activeElement && shown.contains(activeElement) ? activeElement : null;
  const list = fresh.querySelector("details");
  if (list) list.open = shown.querySelector("details")?.open ?? false; // a list that was opened meanwhile stays open
  shown.replaceWith(fresh);
  if (focused instanceof HTMLAnchorElement) {
    [...fresh.querySelectorAll("a")].find((link) => link.href === focused.href)?.focus();
  } else if (focused) {
    fresh.querySelector("summary")?.focus();
  }
}

stayAwake();
keepForOffline();
renewStamps().catch(() => {}); // without a network the page shows what it last knew
