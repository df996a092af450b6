// Single values of this device by their names: its language, its token, answers of the server, the sequence of its scans.

import { KEPT, within } from "./tables.js";

/**
 * @param {string} key
 * @returns {Promise<any>}
 */
export function get(key) {
  return within("readonly", [KEPT], (values, answer) => {
    const request = values.get(key);
    request.onsuccess = () => answer(request.result);
  });
}

/**
 * @param {string} key
 * @param {unknown} value
 */
export function put(key, value) {
  return putAll({ [key]: value });
}

/**
 * Keep several values by their names, all or none.
 * @param {Record<string, unknown>} newValues
 */
export function putAll(newValues) {
  return within("readwrite", [KEPT], (values) => {
    for (const [key, value] of Object.entries(newValues)) values.put(value, key);
  });
}
