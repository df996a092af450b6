// The device's own database, IndexedDB: how it is opened, and one transaction at a time. store.js and bursts.js know what
// is in it.

const NAME = "openweek-kiosk";
const VERSION = 2;
export const KEPT = "kept"; // single values by their names
export const SCANS = "scans";
let opened = null;

function upgrade({ result: base, transaction }, oldVersion) {
  if (oldVersion < 1) {
    base.createObjectStore(KEPT);
    const scans = base.createObjectStore(SCANS, { keyPath: "id" });
    scans.createIndex("state", ["state", "seq"]);
    scans.createIndex("seq", "seq");
  }
  if (oldVersion < 2) transaction.objectStore(SCANS).createIndex("holder", "about.holder");
}

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = ({ oldVersion }) => upgrade(asked, oldVersion);
    asked.onsuccess = () => {
      // A newer page in another tab must be able to upgrade.
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
  return opened;
}

/** Run `work(stores…)` in one transaction; answers what it answered once everything is on disk. */
export async function within(mode, names, work) {
  const base = await database();
  return new Promise((resolve, reject) => {
    // Strict: a scan that was acknowledged survives a power cut.
    const transaction = base.transaction(names, mode, { durability: "strict" });
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error);
    work(...names.map((name) => transaction.objectStore(name)), (value) => {
      result = value;
    });
  });
}
