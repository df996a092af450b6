// A database on the device, IndexedDB: how one is opened, and one transaction at a time.

/** @typedef {(request: IDBOpenDBRequest, oldVersion: number) => void} Upgrade makes the tables */
/**
 * Run `work(stores…, answer)` in one transaction; answers what it answered once everything is on disk.
 * @typedef {(mode: IDBTransactionMode, names: string[], work: (...stores: any[]) => void) => Promise<any>} Within
 */

/** @type {IDBTransactionOptions} */
const STRICT = { durability: "strict" }; // a scan that was acknowledged survives a power cut

/**
 * @param {string} name
 * @param {number} version
 * @param {Upgrade} upgrade
 * @returns {Promise<IDBDatabase>}
 */
function opening(name, version, upgrade) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = ({ oldVersion }) => upgrade(request, oldVersion);
    request.onsuccess = () => {
      // A newer page in another tab must be able to upgrade.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    // Blocked: a page of an older version is about to close its connection, and then this one opens.
  });
}

/**
 * A transaction; null on a connection that is closed, which a browser does by itself where its storage has failed.
 * @param {IDBDatabase} base
 * @param {IDBTransactionMode} mode
 * @param {string[]} names
 */
function begun(base, mode, names) {
  try {
    return base.transaction(names, mode, STRICT);
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error;
    return null;
  }
}

/**
 * A database that is opened when it is first asked: upgrade(request, old version) makes its tables. Answers its within().
 * @param {string} name
 * @param {number} version
 * @param {Upgrade} upgrade
 */
export function database(name, version, upgrade) {
  /** @type {Promise<IDBDatabase> | null} */
  let opened = null;

  /**
   * What could not be opened, or is `closed`, is opened anew by whoever asks next.
   * @param {Promise<IDBDatabase> | null} closed
   * @returns {Promise<IDBDatabase>}
   */
  function database(closed = null) {
    if (opened === closed) {
      const connection = opening(name, version, upgrade);
      opened = connection;
      connection.catch(() => {
        if (opened === connection) opened = null;
      });
    }
    return /** @type {Promise<IDBDatabase>} */ (opened);
  }

  /** @type {Within} */
  return async function within(mode, names, work) {
    const first = database();
    const transaction = begun(await first, mode, names) ?? (await database(first)).transaction(names, mode, STRICT);
    return new Promise((resolve, reject) => {
      /** @type {unknown} */
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
      work(...names.map((name) => transaction.objectStore(name)), (/** @type {unknown} */ value) => {
        result = value;
      });
    });
  };
}
