// Few streams in one browser. Over HTTP/1.1 it has six connections to a server for all its windows, and each stream keeps one:
// were all of them taken, no further page of the week would open. A page without a slot asks for its figures.

const SLOTS = 4;

/** Whether this page came over a protocol on which one connection carries all streams. */
function sharesOneConnection() {
  const [entry] = performance.getEntriesByType("navigation");
  return /^h[23]/.test(/** @type {PerformanceNavigationTiming | undefined} */ (entry)?.nextHopProtocol ?? "");
}

/**
 * @param {string} name
 * @returns {Promise<(() => void) | null>}
 */
function takeLock(name) {
  return new Promise((resolve) => {
    const held = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(null);
        return undefined;
      }
      return new Promise((free) => resolve(() => free(undefined)));
    });
    held.catch(() => resolve(null));
  });
}

/**
 * A slot among all pages of this browser; it is free again with the page's end.
 * @returns {Promise<(() => void) | null>} frees it; null while none is free
 */
export async function takeSlot() {
  if (!("locks" in navigator) || sharesOneConnection()) {
    return () => {}; // plain http from another machine has no locks
  }
  for (let number = 0; number < SLOTS; number += 1) {
    const free = await takeLock(`openweek-stream-${number}`);
    if (free) {
      return free;
    }
  }
  return null;
}
