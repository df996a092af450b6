// Error messages for a failing storage.

/**
 * The name of the sentence for an error of the device's storage.
 * @param {unknown} error
 */
export function failureSentence(error) {
  return error instanceof DOMException && error.name === "QuotaExceededError" ? "storage_full" : "storage_failed";
}
