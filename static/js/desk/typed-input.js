// What is typed into a form stays in this browser until it is saved, apart for each tab and each account: it survives a lost
// session, a second tab and a crash. On the next visit what no open tab holds any more is offered again.

import { clearReadable, draftsOf, encrypts, move, ready, remove, removeOf, stemOf, write } from "./draft-storage.js";
import { askForFiles, selectedFiles } from "./selected-files.js";
import { newTab, renameTab, tabName } from "./tab-name.js";

// ms between two drafts. A key after a pause is kept at once: encryption takes a moment that a page which is left has not.
const SAVE_EVERY = 100;
const ANSWER_WITHIN = 150; // ms in which other tabs say what they hold
// Hidden fields that are put back with the input: the content that the person began with, so that what others have changed
// since then is seen as theirs; the id of a paper count, so that it is not counted twice.
const CARRIED = ["base", "sheet"];
const LEFT_OUT = ["csrf_token", ...CARRIED];
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("openweek-forms") : null;

/** @typedef {import("./draft-storage.js").Draft} Draft */

/** @param {HTMLFormElement} form */
const entries = (form) =>
  /** @type {[string, string][]} */ (
    [...new FormData(form)].filter(([name, value]) => !LEFT_OUT.includes(name) && typeof value === "string")
  );

/** @param {HTMLFormElement} form */
const carriedFields = (form) =>
  /** @type {HTMLInputElement[]} */ ([...form.elements]).filter((field) => CARRIED.includes(field.name));

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

function storeTouched() {
  for (const kept of formsHere()) {
    if (kept.touched) {
      kept.tryToStore();
    }
  }
}

/** The account signs out in this browser: what could be read afterwards goes, and this page writes no more of it. */
function onSignOut() {
  if (encrypts) {
    storeTouched();
    return;
  }
  formsHere().forEach((kept) => kept.rest());
  try {
    clearReadable();
  } catch {
    // A browser without storage has kept nothing.
  }
}

// Before the next page is asked for; on a phone, before the browser goes to the background; at last.
addEventListener("beforeunload", storeTouched);
addEventListener("pagehide", storeTouched);
document.addEventListener("visibilitychange", () => document.hidden && storeTouched());
document.addEventListener("submit", (event) => {
  if (event.target instanceof Element && event.target.matches(".sign-out")) {
    onSignOut();
    channel?.postMessage({ signedOut: true });
  }
});
channel?.addEventListener("message", (event) => {
  if (event.data.signedOut) {
    onSignOut();
  }
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
   * @param {string} stem of the keys of its drafts
   * @param {(typed: [string, string][]) => void} prepare before entries are put back: rows that are missing
   */
  constructor(form, stem, prepare) {
    this.form = form;
    this.prepare = prepare;
    this.stem = stem;
    this.key = this.stem + tabName();
    this.initial = JSON.stringify(entries(form));
    this.touched = false;
    this.written = "";
    this.storedAt = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** What stands in the form now; the last one that was begun is the one that is kept. */
  async store() {
    const typed = entries(this.form);
    const carried = /** @type {[string, string][]} */ (carriedFields(this.form).map((field) => [field.name, field.value]));
    const files = selectedFiles(this.form);
    const content = JSON.stringify([typed, carried, files]);
    if (content === this.written) {
      return;
    }
    this.written = content;
    if (JSON.stringify(typed) === this.initial) {
      remove(this.key);
      return;
    }
    const wanted = () => this.written === content && this.form.isConnected;
    await write(this.key, { at: Date.now(), carried, typed, files }, wanted);
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
      const wait = this.storedAt + SAVE_EVERY - performance.now();
      this.timer = wait > 0 ? setTimeout(() => this.tryToStore(), wait) : undefined;
      if (wait <= 0) {
        this.tryToStore();
      }
    };
    this.form.addEventListener("input", later);
    this.form.addEventListener("change", later);
    this.form.addEventListener("submit", () => this.tryToStore());
    keptForms.add(this);
  }

  rest() {
    clearTimeout(this.timer);
    this.touched = false;
    this.written = ""; // also ends what is on its way
  }

  tryToStore() {
    clearTimeout(this.timer);
    if (!this.form.isConnected) {
      return; // another item of the queue stands there now
    }
    this.storedAt = performance.now();
    this.store().catch(() => {
      this.written = ""; // a browser without storage loses only this convenience
    });
  }

  async begin() {
    const [held] = await Promise.all([heldElsewhere(), ready]);
    if (!this.form.isConnected) {
      return; // another item of the queue stands there now
    }
    if (held.has(this.key)) {
      // A duplicated tab begins with the name of the first one.
      renameTab();
      this.key = this.stem + tabName();
    }
    this.listen();
    // The server has shown the same input again with its problems: nothing to offer.
    if (!this.form.hasAttribute("data-shown-again")) {
      this.putAside();
      const drafts = await draftsOf(this.stem);
      if (this.form.isConnected) {
        this.offer(drafts.filter(([key]) => key !== this.key && !held.has(key)));
      }
    }
    if (JSON.stringify(entries(this.form)) !== this.initial) {
      this.touched = true;
      this.tryToStore();
    }
    this.form.dataset.kept = "";
  }

  /** What this tab left here earlier is offered, and not overwritten by what is typed now. */
  putAside() {
    move(this.key, this.stem + newTab());
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
      remove(key);
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
    const stem = stemOf(form);
    if (stem) {
      await new KeptForm(form, stem, prepare).begin();
    }
  } catch {
    // A browser without storage loses only this convenience.
  }
}

/**
 * The form at this address was saved: what this tab kept of it is no longer needed.
 * @param {string} path
 */
export function forget(path) {
  try {
    removeOf(path, tabName());
  } catch {
    // A browser without storage has kept nothing.
  }
}
