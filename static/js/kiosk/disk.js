// A database on the device, IndexedDB: how one is opened, and one transaction at a time.

/** A database that is opened when it is first asked: upgrade(request, old version) makes its tables. Answers its within(). */
export function disk(name, version, upgrade) {
  let opened = null;

  function database() {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(name, version);
      asked.onupgradeneeded = ({ oldVersion }) => upgrade(asked, oldVersion);
      asked.onsuccess = () => {
        // A newer page in another tab must be able to upgrade.
        asked.result.onversionchange = () => asked.result.close();
        resolve(asked.result);
      };
      asked.onerror = () => reject(asked.error);
      // Blocked: a page of an older version is about to close its connection, and then this one opens.
    });
    return opened;
  }

  /** Run `work(stores…, answer)` in one transaction; answers what it answered once everything is on disk. */
  return async function within(mode, names, work) {
    const base = await database();
    return new Promise((resolve, reject) => {
      // Strict: a scan that was acknowledged survives a power cut.
      const transaction = base.transaction(names, mode, { durability: "strict" });
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
      work(...names.map((one) => transaction.objectStore(one)), (value) => {
        result = value;
      });
    });
  };
}
