// The device's own database, IndexedDB: how it is opened, and one transaction at a time. store.js and bursts.js know what
// is in it.

const NAME = "openweek-kiosk";
const VERSION = 3;
const AT_ONCE = 1000; // scans
export const KEPT = "kept"; // single values by their names
export const SCANS = "scans";
export const PAIRINGS = "pairings";
let opened = null;

function upgrade({ result: base, transaction }, oldVersion) {
  if (oldVersion < 1) {
    base.createObjectStore(KEPT);
    const scans = base.createObjectStore(SCANS, { keyPath: "id" });
    scans.createIndex("state", ["state", "seq"]);
    scans.createIndex("seq", "seq");
  }
  if (oldVersion < 2) transaction.objectStore(SCANS).createIndex("holder", "about.holder");
  if (oldVersion < 3) {
    base.createObjectStore(PAIRINGS, { keyPath: "device" });
    transaction.objectStore(SCANS).createIndex("device", ["device", "state", "seq"]);
    if (oldVersion > 0) nameOwner(transaction);
  }
}

/** Until version 3 a device held one pairing and no scan said whose it was: all of them are of the pairing that is kept. */
function nameOwner(transaction) {
  const [kept, scans, pairings] = [KEPT, SCANS, PAIRINGS].map((name) => transaction.objectStore(name));
  const was = {};
  for (const key of ["token", "handover", "kiosk", "knowledge", "burst"]) {
    kept.get(key).onsuccess = ({ target }) => (was[key] = target.result ?? null);
  }
  kept.delete("handover").onsuccess = () => {
    const { id: device = 0, name = "" } = was.kiosk ?? was.knowledge?.kiosk ?? {};
    const token = was.token ?? was.handover;
    const owner = { device, name, campaign: was.knowledge?.campaign?.id ?? null, token };
    if (token !== null) {
      pairings.put(owner);
      kept.put({ ...was.kiosk, id: device, name }, "kiosk");
    }
    if (was.burst) kept.put({ ...was.burst, device }, "burst");
    // Many at once: the device opens its door only when all are named.
    const nameFrom = (range) => {
      scans.getAll(range, AT_ONCE).onsuccess = ({ target: { result: found } }) => {
        for (const scan of found) scans.put({ ...scan, device });
        if (!found.length) return;
        pairings.put(owner);
        nameFrom(IDBKeyRange.lowerBound(found.at(-1).id, true));
      };
    };
    nameFrom(null);
  };
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
    // Blocked: a page of an older version is about to close its connection, and then this one opens.
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
    transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
    work(...names.map((name) => transaction.objectStore(name)), (value) => {
      result = value;
    });
  });
}
