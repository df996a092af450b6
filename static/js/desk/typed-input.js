// What is typed into a form stays in this browser until it is saved, apart for each tab and each account: it survives a lost
// session, a second tab and a crash. On the next visit what no open tab holds any more is offered again.

import { askForFiles, selectedFiles } from "./selected-files.js";

const PREFIX = "openweek-form:";
const SAVE_AFTER = 400; // ms without a key
const ANSWER_WITHIN = 150; // ms in which other tabs say what they hold
const KEPT = 14 * 24 * 3600 * 1000;
const TAB = "openweek-tab";
// Hidden fields that are put back with the input: the content that the person began with, so that what others have changed
// since then is seen as theirs; the id of a paper count, so that it is not counted twice.
const CARRIED = ["base", "sheet"];
const LEFT_OUT = ["csrf_token", ...CARRIED];
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("openweek-forms") : null;

/**
 * files: the names of the files that were selected, by field; a browser keeps no more of them than that.
 * @typedef {{at: number, carried: [string, string][], typed: [string, string][], files?: [string, string][]}} Draft
 */

const newTab = () => Math.random().toString(36).slice(2, 12);

/** The name of this tab; it survives a reload and the way over the sign-in page. */
function tabName() {
  try {
    const name = sessionStorage.getItem(TAB) ?? newTab();
    sessionStorage.setItem(TAB, name);
    return name;
  } catch {
    return newTab();
  }
}

/** @param {HTMLFormElement} form */
const entries = (form) =>
  /** @type {[string, string][]} */ (
    [...new FormData(form)].filter(([name, value]) => !LEFT_OUT.includes(name) && typeof value === "string")
  );

/** @param {HTMLFormElement} form */
const carriedFields = (form) =>
  /** @type {HTMLInputElement[]} */ ([...form.elements]).filter((field) => CARRIED.includes(field.name));

/**
 * Drafts of one form by their keys, the newest first. Those that are too old go.
 * @param {string} stem
 */
function draftsOf(stem) {
  /** @type {[string, Draft][]} */
  const drafts = [];
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
    /** @type {Draft | null} */
    let draft = null;
    try {
      draft = JSON.parse(localStorage.getItem(key) ?? "");
    } catch {
      // Not a draft.
    }
    if (!draft?.typed || !(Date.now() - draft.at < KEPT)) {
      localStorage.removeItem(key);
    } else if (key.startsWith(stem)) {
      drafts.push([key, draft]);
    }
  }
  return drafts.sort((one, other) => other[1].at - one[1].at);
}

/**
 * The keys that other open tabs hold.
 * @returns {Promise<Set<string>>}
 */
function heldElsewhere() {
  /** @type {Set<string>} */
  const held = new Set();
  if (!channel) {
    return Promise.resolve(held);
  }
  /** @param {MessageEvent} event */
  const listen = (event) => event.data.holds && held.add(event.data.holds);
  channel.addEventListener("message", listen);
  channel.postMessage({ who: true });
  return new Promise((resolve) => {
    setTimeout(() => {
      channel.removeEventListener("message", listen);
      resolve(held);
    }, ANSWER_WITHIN);
  });
}

/** @type {Set<KeptForm>} */
const keptForms = new Set();

/** Those that still stand in the page: an item of the review queue takes its form with it. */
function formsHere() {
  for (const kept of keptForms) {
    if (!kept.form.isConnected) {
      keptForms.delete(kept);
    }
  }
  return keptForms;
}

addEventListener("pagehide", () => {
  for (const kept of formsHere()) {
    if (kept.touched) {
      kept.tryToStore();
    }
  }
});
channel?.addEventListener("message", (event) => {
  if (event.data.who) {
    for (const kept of formsHere()) {
      channel.postMessage({ holds: kept.key });
    }
  }
});

/** One form, and where what is typed into it is kept. */
class KeptForm {
  /**
   * @param {HTMLFormElement} form
   * @param {(typed: [string, string][]) => void} prepare before entries are put back: rows that are missing
   */
  constructor(form, prepare) {
    this.form = form;
    this.prepare = prepare;
    const address = new URL(form.getAttribute("action") ?? location.href, location.href);
    this.stem = `${PREFIX}${address.pathname}${address.search}#${form.dataset.account}.`;
    this.key = this.stem + tabName();
    this.initial = JSON.stringify(entries(form));
    this.touched = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {string} [key] */
  store(key = this.key) {
    const typed = entries(this.form);
    if (JSON.stringify(typed) === this.initial) {
      localStorage.removeItem(key);
      return;
    }
    const carried = carriedFields(this.form).map((field) => [field.name, field.value]);
    const draft = { at: Date.now(), carried, typed, files: selectedFiles(this.form) };
    localStorage.setItem(key, JSON.stringify(draft));
  }

  /** @param {Draft} draft */
  restore(draft) {
    this.prepare(draft.typed);
    /** @type {Map<string, string[]>} */
    const values = new Map();
    for (const [name, value] of draft.typed) {
      values.set(name, [...(values.get(name) ?? []), value]);
    }
    for (const field of /** @type {Iterable<HTMLInputElement>} */ (/** @type {unknown} */ (this.form.elements))) {
      if (!field.name || ["hidden", "file"].includes(field.type) || field.tagName === "BUTTON") {
        continue;
      }
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = values.get(field.name)?.includes(field.value) ?? false;
      } else {
        field.value = values.get(field.name)?.shift() ?? "";
      }
    }
    const carried = new Map(draft.carried);
    for (const field of carriedFields(this.form)) {
      field.value = carried.get(field.name) ?? field.value;
    }
  }

  listen() {
    const later = () => {
      this.touched = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.tryToStore(), SAVE_AFTER);
    };
    this.form.addEventListener("input", later);
    this.form.addEventListener("change", later);
    this.form.addEventListener("submit", () => this.tryToStore());
    keptForms.add(this);
  }

  tryToStore() {
    clearTimeout(this.timer);
    if (!this.form.isConnected) {
      return; // another item of the queue stands there now
    }
    try {
      this.store();
    } catch {
      // A browser without storage loses only this convenience.
    }
  }

  async begin() {
    const held = await heldElsewhere();
    if (!this.form.isConnected) {
      return; // another item of the queue stands there now
    }
    if (held.has(this.key)) {
      // A duplicated tab begins with the name of the first one.
      sessionStorage.setItem(TAB, newTab());
      this.key = this.stem + tabName();
    }
    this.listen();
    // The server has shown the same input again with its problems: nothing to offer.
    if (!this.form.hasAttribute("data-shown-again")) {
      this.putAside();
      this.offer(draftsOf(this.stem).filter(([key]) => key !== this.key && !held.has(key)));
    }
    if (JSON.stringify(entries(this.form)) !== this.initial) {
      this.touched = true;
      this.tryToStore();
    }
    this.form.dataset.kept = "";
  }

  /** What this tab left here earlier is offered, and not overwritten by what is typed now. */
  putAside() {
    const earlier = localStorage.getItem(this.key);
    if (earlier) {
      localStorage.setItem(this.stem + newTab(), earlier);
      localStorage.removeItem(this.key);
    }
  }

  /** @param {[string, Draft][]} drafts */
  offer(drafts) {
    const box = /** @type {HTMLTemplateElement | null} */ (document.querySelector("[data-restored]"));
    const [first, ...others] = drafts.filter(([, draft]) => JSON.stringify(draft.typed) !== this.initial);
    if (!box || !first) {
      return;
    }
    const [key, draft] = first;
    const shown = /** @type {HTMLElement} */ (box.content.querySelector("[data-offered]")?.cloneNode(true));
    const at = shown.querySelector("[data-restored-at]");
    if (at) {
      at.textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, {
        dateStyle: "short",
        timeStyle: "short",
      });
    }
    box.after(shown);
    const end = () => {
      localStorage.removeItem(key);
      shown.remove();
    };
    shown.querySelector("[data-restore]")?.addEventListener("click", () => {
      this.restore(draft);
      askForFiles(this.form, draft.files ?? [], shown.dataset.fileAgain ?? "");
      end();
      this.form.dispatchEvent(new Event("input"));
      this.tryToStore();
      /** @type {HTMLElement | null} */ (this.form.querySelector("input:not([type=hidden]), textarea"))?.focus();
    });
    shown.querySelector("[data-discard]")?.addEventListener("click", () => {
      end();
      this.offer(others);
    });
  }
}

/**
 * @param {HTMLFormElement} form data-account: whose input it is; data-shown-again: the server shows typed input
 * @param {(typed: [string, string][]) => void} [prepare]
 */
export async function keepTyped(form, prepare = () => {}) {
  try {
    await new KeptForm(form, prepare).begin();
  } catch {
    // A browser without storage loses only this convenience.
  }
}

/**
 * The form at this address was saved: what this tab kept of it is no longer needed.
 * @param {string} path
 */
export function forget(path) {
  const tab = tabName();
  try {
    for (const key of Object.keys(localStorage)) {
      const own = [`${PREFIX}${path}?`, `${PREFIX}${path}#`].some((start) => key.startsWith(start));
      if (own && key.endsWith(`.${tab}`)) {
        localStorage.removeItem(key);
      }
    }
  } catch {
    // A browser without storage has kept nothing.
  }
}
