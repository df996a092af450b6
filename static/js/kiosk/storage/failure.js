// Error messages for a failing storage.

// Chromium names no QuotaExceededError where the disk itself is full: it closes the database with an UnknownError that quotes
// the error of the file system.
const FULL = /no.?space|full disk|disk.?full/i;

let hasStored = false;

/** Something was stored on this page: what fails from now on is not a browser that stores nothing. */
export function noteStored() {
  hasStored = true;
}

/**
 * The name of the sentence for an error of the device's storage.
 * @param {unknown} error
 */
export function failureSentence(error) {
  if (error instanceof DOMException && (error.name === "QuotaExceededError" || FULL.test(error.message))) return "storage_full";
  return hasStored ? "storage_lost" : "storage_failed";
}
