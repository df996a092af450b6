// The review queue by keyboard: j and k move, p publishes, r goes to the reason, Ctrl+Enter sends back. The next item replaces
// the last one without loading the page again.

import { forget, keepTyped } from "./typed-input.js";

const PARTS = ["[data-review-page]", ".site-nav"];
const root = /** @type {HTMLElement} */ (document.querySelector("[data-review-page]"));
const said = /** @type {HTMLElement} */ (document.querySelector("[data-said]"));
let busy = false;
let shown = location.pathname + location.search;

/**
 * @template {HTMLElement} T
 * @param {string} selector
 * @returns {T | null}
 */
const find = (selector) => root.querySelector(selector);

/** What a new item needs: phrases that are put into the reason, and a reason that stays while it is typed. */
function prepare() {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-phrase]"))) {
    button.hidden = false;
  }
  const form = /** @type {HTMLFormElement | null} */ (find("[data-decide]"));
  if (form) {
    keepTyped(form);
  }
}

/**
 * Fetch a page of the queue and put it in place of this one. Without an answer that can be used, the browser loads it.
 * @param {string} address
 * @param {RequestInit} [options]
 * @returns {Promise<boolean>} whether the page is there
 */
async function show(address, options) {
  const answer = await fetch(address, options);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.querySelector("[data-review-page]")) {
    if (answer.redirected || !options) {
      location.assign(answer.url); // signed out, or an error with a page of its own
      return true;
    }
    return false;
  }
  const decided = answer.redirected;
  for (const selector of PARTS) {
    const old = document.querySelector(selector);
    const fresh = page.querySelector(selector);
    if (old && fresh) {
      old.replaceChildren(...fresh.childNodes);
    }
  }
  if (decided || !options) {
    history.pushState(null, "", answer.url);
    shown = location.pathname + location.search;
  }
  prepare();
  const head = /** @type {HTMLElement | null} */ (find("[aria-invalid]") ?? find("#item-head, .nothing a"));
  head?.focus({ preventScroll: true });
  scrollTo({ top: 0 });
  said.textContent = find("[data-problem], [data-done]")?.textContent?.trim() ?? "";
  return true;
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
async function send(form, button) {
  const body = new FormData(form, button);
  const forgets = new URL(form.action).pathname;
  if (await show(form.action, { method: "POST", body })) {
    if (!find("[data-problem]")) {
      forget(forgets);
    }
    return;
  }
  HTMLFormElement.prototype.submit.call(withButton(form, button));
}

/**
 * A form that is sent without its button still says which one was pressed.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
function withButton(form, button) {
  if (button instanceof HTMLButtonElement && button.name) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: button.name, value: button.value });
    form.append(field);
  }
  return form;
}

/**
 * One at a time: a key that is held down decides once.
 * @param {() => Promise<unknown>} action
 * @param {() => void} otherwise
 */
async function once(action, otherwise) {
  if (busy) {
    return;
  }
  busy = true;
  root.setAttribute("aria-busy", "true");
  try {
    await action();
  } catch {
    otherwise();
  } finally {
    busy = false;
    root.removeAttribute("aria-busy");
  }
}

/** @param {number} step */
function move(step) {
  const links = /** @type {HTMLAnchorElement[]} */ ([...root.querySelectorAll("[data-item]")]);
  const here = links.findIndex((link) => link.hasAttribute("aria-current"));
  links[here + step]?.click();
}

/** @param {"p" | "back"} key p: publish or accept, back: send back or refuse */
function decide(key) {
  const button = /** @type {HTMLElement | null} */ (find(`[data-decide] [data-key=${key}]`));
  if (button) {
    /** @type {HTMLFormElement} */ (find("[data-decide]")).requestSubmit(button);
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const why = /** @type {HTMLTextAreaElement | null} */ (find("[data-why]"));
  const writing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
  if (why && event.target === why && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    decide("back");
    return;
  }
  if (event.key === "Escape" && event.target === why) {
    why?.blur();
    return;
  }
  const ticking = event.target instanceof HTMLInputElement && event.target.type === "checkbox";
  if ((writing && !ticking) || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
    return;
  }
  const actions = { j: () => move(1), k: () => move(-1), p: () => decide("p"), r: () => why?.focus() };
  const action = actions[/** @type {keyof typeof actions} */ (event.key)];
  if (action) {
    event.preventDefault();
    action();
  }
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {Element} */ (event.target);
  const phrase = /** @type {HTMLElement | null} */ (target.closest("[data-phrase]"));
  const why = /** @type {HTMLTextAreaElement | null} */ (find("[data-why]"));
  if (phrase && why) {
    why.value = [why.value.trim(), phrase.dataset.phrase].filter(Boolean).join("\n");
    why.dispatchEvent(new Event("input", { bubbles: true }));
    why.focus();
  }
  const link = /** @type {HTMLAnchorElement | null} */ (target.closest("[data-item]"));
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    once(
      () => show(link.href),
      () => location.assign(link.href),
    );
  }
}

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  event.preventDefault();
  once(
    () => send(form, event.submitter),
    () => HTMLFormElement.prototype.submit.call(withButton(form, event.submitter)),
  );
}

document.addEventListener("keydown", onKey);
root.addEventListener("click", onClick);
root.addEventListener("submit", onSubmit);
// A link within the page, such as the one that skips to the content, comes as popstate, too.
addEventListener("popstate", () => shown === location.pathname + location.search || location.reload());
prepare();
