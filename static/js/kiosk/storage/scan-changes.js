// The log of changes of scans: a reader that has read everything once then reads only what changed since.

import { CHANGES, KEPT, SCANS, within } from "./tables.js";

const CHANGES_KEPT = 1000;

/**
 * Scans of the present pairing, newest first: at most `limit` of all scans before a number of the device's own sequence.
 * Answers the oldest number that was looked at, too: 0 where nothing is older.
 * @param {number} seq
 * @param {number} limit
 * @returns {Promise<{seq: number, scans: StoredScan[]}>}
 */
export function scansBefore(seq, limit) {
  return within("readonly", [KEPT, SCANS], (values, scans, answer) => {
    const [last, kiosk] = [values.get("seq"), values.get("kiosk")];
    kiosk.onsuccess = () => {
      const end = Math.min(seq, (last.result ?? 0) + 1);
      const first = Math.max(end - limit, 0);
      const request = scans.index("seq").getAll(IDBKeyRange.bound(first, end, false, true));
      const isOurs = (/** @type {StoredScan} */ { device }) => device === kiosk.result?.id;
      request.onsuccess = () => answer({ seq: first, scans: request.result.filter(isOurs).reverse() });
    };
  });
}

/**
 * The key of the last change.
 * @returns {Promise<number>}
 */
export function lastChange() {
  return within("readonly", [CHANGES], (changes, answer) => {
    const request = changes.openKeyCursor(null, "prev");
    request.onsuccess = () => answer(request.result?.key ?? 0);
  });
}

/**
 * The key of the last change, and the scans of the present pairing that changed after a key, as they are now.
 * @param {number} key
 * @returns {Promise<{last: number, scans: StoredScan[]}>}
 */
export function changedAfter(key) {
  return within("readonly", [KEPT, SCANS, CHANGES], (values, scans, changes, answer) => {
    /** @type {{last: number, scans: StoredScan[]}} */
    const changed = { last: key, scans: [] };
    answer(changed);
    const range = IDBKeyRange.lowerBound(key, true);
    const [kiosk, ids, keys] = [values.get("kiosk"), changes.getAll(range), changes.getAllKeys(range)];
    keys.onsuccess = () => {
      changed.last = keys.result.at(-1) ?? key;
      for (const id of new Set(ids.result)) {
        const request = scans.get(id);
        request.onsuccess = () => {
          if (request.result && request.result.device === kiosk.result?.id) changed.scans.push(request.result);
        };
      }
    };
  });
}

/**
 * Delete all but the newest entries, inside the caller's transaction. Other open tabs have read the older ones.
 * @param {IDBObjectStore} changes
 */
export function forgetChanges(changes) {
  const request = changes.openKeyCursor(null, "prev");
  request.onsuccess = () => {
    if (request.result) changes.delete(IDBKeyRange.upperBound(Number(request.result.key) - CHANGES_KEPT));
  };
}
