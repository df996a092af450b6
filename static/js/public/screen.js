// The hall's screen renews itself each half minute, in place and only what has changed, so that nothing flickers.

import { stayAwake } from "../browser/wake-lock.js";

const EVERY = 30_000; // milliseconds
const MISSED = 3; // renewals in a row before it is said
let failures = 0;

async function renew() {
  try {
    const answer = await fetch(location.href, { cache: "no-cache" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [now, next] = [document.querySelector("main"), page.querySelector("main.screen-main")];
    if (!now || !next) throw new Error("another page");
    if (now.innerHTML !== next.innerHTML) now.replaceChildren(...next.childNodes);
    failures = 0;
  } catch {
    failures += 1;
  }
  /** @type {HTMLElement} */ (document.querySelector(".screen-stale")).hidden = failures < MISSED;
}

stayAwake();
setInterval(renew, EVERY);
