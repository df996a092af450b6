// Drafts of forms as this browser keeps them: encrypted with a key of the account, which the server gives to its signed-in pages
// alone. After signing out nothing readable is left, and the next sign-in finds the draft again. Over plain http a browser has
// no cryptography: there drafts stay in their tab, and go when the account signs out.

/**
 * files: the names of the files that were selected, by field; a browser keeps no more of them than that.
 * @typedef {{at: number, carried: [string, string][], typed: [string, string][], files?: [string, string][]}} Draft
 * at: in the open, so that drafts of every account go when they are too old. sealed: the rest, in base64.
 * @typedef {{at: number, nonce: string, sealed: string}} SealedDraft
 */

const PREFIX = "openweek-form:";
const KEPT = 14 * 24 * 3600 * 1000;
const OWNER = /#([^#.]*)\.[^#.]*$/;

/** @type {HTMLMetaElement | null} */
const meta = document.querySelector("meta[name=draft-key]");
const account = meta?.dataset.account;
export const encrypts = Boolean(globalThis.crypto?.subtle);
const cryptoKey =
  meta && encrypts
    ? crypto.subtle.importKey("raw", bytesOf(meta.content), "AES-GCM", false, ["encrypt", "decrypt"])
    : Promise.resolve(null);

// Functions, because a browser that refuses storage throws at the name.
const storage = () => (encrypts ? localStorage : sessionStorage);
/** @param {Storage} of */
const keysOf = (of) => Object.keys(of).filter((key) => key.startsWith(PREFIX));
/** @param {string} key */
const ownerOf = (key) => OWNER.exec(key)?.[1];

/** @param {string} text */
function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** @param {Uint8Array} bytes */
function textOf(bytes) {
  let text = "";
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }
  return btoa(text);
}

/**
 * What a sealed draft is bound to: the form, the account and the time. Not the tab, whose draft can be put aside.
 * @param {string} key
 * @param {number} at
 */
const bound = (key, at) => new TextEncoder().encode(`${key.slice(0, key.lastIndexOf("."))} ${at}`);

/**
 * Where a form keeps its drafts; null: the form is of another account than the page and its key.
 * @param {HTMLFormElement} form
 */
export function stemOf(form) {
  const address = new URL(form.getAttribute("action") ?? location.href, location.href);
  return account && form.dataset.account === account ? `${PREFIX}${address.pathname}${address.search}#${account}.` : null;
}

/**
 * @param {string} key
 * @param {Draft} draft
 * @returns {Promise<string>} as it may be stored
 */
async function sealed(key, draft) {
  const secret = await cryptoKey;
  if (!secret) {
    return JSON.stringify(draft);
  }
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const { at, ...content } = draft;
  const way = { name: "AES-GCM", iv: nonce, additionalData: bound(key, at) };
  const body = await crypto.subtle.encrypt(way, secret, new TextEncoder().encode(JSON.stringify(content)));
  return JSON.stringify({ at, nonce: textOf(nonce), sealed: textOf(new Uint8Array(body)) });
}

/**
 * @param {string} key
 * @param {Partial<Draft & SealedDraft>} stored
 * @returns {Promise<Draft | null>} null: of another key
 */
async function opened(key, stored) {
  const secret = await cryptoKey;
  if (!secret || !stored.sealed) {
    return stored.typed ? /** @type {Draft} */ (stored) : null;
  }
  try {
    const at = Number(stored.at);
    const way = { name: "AES-GCM", iv: bytesOf(stored.nonce ?? ""), additionalData: bound(key, at) };
    const body = await crypto.subtle.decrypt(way, secret, bytesOf(stored.sealed));
    return { at, ...JSON.parse(new TextDecoder().decode(body)) };
  } catch {
    return null;
  }
}

/**
 * @param {Storage} from
 * @param {string} key
 * @returns {Partial<Draft & SealedDraft> | null}
 */
function stored(from, key) {
  try {
    return JSON.parse(from.getItem(key) ?? "");
  } catch {
    return null; // not a draft
  }
}

/**
 * @param {string} key
 * @param {Draft} draft
 * @param {() => boolean} stillWanted asked when it is sealed: another may have come since
 */
export async function write(key, draft, stillWanted = () => true) {
  const text = await sealed(key, draft);
  if (stillWanted()) {
    storage().setItem(key, text);
  }
}

/** @param {string} key */
export const remove = (key) => storage().removeItem(key);

/**
 * @param {string} from
 * @param {string} to of the same form and account
 */
export function move(from, to) {
  const text = storage().getItem(from);
  if (text) {
    storage().setItem(to, text);
    storage().removeItem(from);
  }
}

/**
 * Drafts of one form by their keys, the newest first.
 * @param {string} stem
 */
export async function draftsOf(stem) {
  /** @type {[string, Draft][]} */
  const drafts = [];
  for (const key of keysOf(storage()).filter((one) => one.startsWith(stem))) {
    const draft = await opened(key, stored(storage(), key) ?? {});
    if (draft) {
      drafts.push([key, draft]);
    }
  }
  return drafts.sort((one, other) => other[1].at - one[1].at);
}

/**
 * The drafts of a tab for the form at this path, whatever its account.
 * @param {string} path
 * @param {string} tab
 */
export function removeOf(path, tab) {
  for (const key of keysOf(storage())) {
    const own = [`${PREFIX}${path}?`, `${PREFIX}${path}#`].some((start) => key.startsWith(start));
    if (own && key.endsWith(`.${tab}`)) {
      remove(key);
    }
  }
}

/** Signing out: what is encrypted may stay. */
export function clearReadable() {
  if (!encrypts) {
    keysOf(sessionStorage).forEach((key) => sessionStorage.removeItem(key));
  }
}

/** Those that are too old, and in this tab readable ones of another account. */
function clearOld() {
  for (const place of [localStorage, sessionStorage]) {
    for (const key of keysOf(place)) {
      const draft = stored(place, key);
      const foreign = place === sessionStorage && account && ownerOf(key) !== account;
      if (!draft || !(draft.typed || draft.sealed) || !(Date.now() - Number(draft.at) < KEPT) || foreign) {
        place.removeItem(key);
      }
    }
  }
}

/** Drafts of this account that an earlier version has kept readable. Those of others wait for their key, at most 14 days. */
async function takeOver() {
  clearOld();
  for (const key of keysOf(localStorage).filter((one) => account && ownerOf(one) === account)) {
    const before = localStorage.getItem(key);
    const draft = stored(localStorage, key);
    if (draft?.typed) {
      const text = await sealed(key, /** @type {Draft} */ (draft));
      if (localStorage.getItem(key) === before) {
        localStorage.removeItem(key);
        storage().setItem(key, text);
      }
    }
  }
}

export const ready = takeOver().catch(() => {}); // a browser without storage keeps nothing
