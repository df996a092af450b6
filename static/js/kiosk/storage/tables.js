// The tables of the device's database, and their migrations.

import { database } from "../../browser/indexeddb.js";
import { noteStored } from "./failure.js";

const VERSION = 4;
const AT_ONCE = 1000; // scans
export const KEPT = "kept"; // single values by their names
export const SCANS = "scans";
export const PAIRINGS = "pairings";
export const CHANGES = "changes"; // ids of scans in the order in which they were added or changed

/**
 * @param {IDBOpenDBRequest} request
 * @param {number} oldVersion
 */
function upgrade({ result: base, transaction: current }, oldVersion) {
  const transaction = /** @type {IDBTransaction} */ (current);
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
  if (oldVersion < 4) base.createObjectStore(CHANGES, { autoIncrement: true });
}

/**
 * Until version 3 a device held one pairing and no scan said whose it was: all of them are of the pairing that is kept.
 * @param {IDBTransaction} transaction
 */
function nameOwner(transaction) {
  const [values, scans, pairings] = [KEPT, SCANS, PAIRINGS].map((name) => transaction.objectStore(name));
  /** @type {Record<string, any>} */
  const previous = {};
  for (const key of ["token", "handover", "kiosk", "knowledge", "burst"]) {
    const request = values.get(key);
    request.onsuccess = () => (previous[key] = request.result ?? null);
  }
  values.delete("handover").onsuccess = () => {
    const { id: device = 0, name = "" } = previous.kiosk ?? previous.knowledge?.kiosk ?? {};
    const token = previous.token ?? previous.handover;
    const owner = { device, name, campaign: previous.knowledge?.campaign?.id ?? null, token };
    if (token !== null) {
      pairings.put(owner);
      values.put({ ...previous.kiosk, id: device, name }, "kiosk");
    }
    if (previous.burst) values.put({ ...previous.burst, device }, "burst");
    // Many passes in one transaction: check-in starts when all are stored.
    const nameFrom = (/** @type {IDBKeyRange | null} */ range) => {
      const request = scans.getAll(range, AT_ONCE);
      request.onsuccess = () => {
        const records = request.result;
        for (const scan of records) scans.put({ ...scan, device });
        if (!records.length) return;
        pairings.put(owner);
        nameFrom(IDBKeyRange.lowerBound(records.at(-1).id, true));
      };
    };
    nameFrom(null);
  };
}

const transact = database("openweek-kiosk", VERSION, upgrade);

/**
 * Run `work(stores…, answer)` in one transaction, as indexeddb.js does it; one that writes scans may note the changes.
 * @param {IDBTransactionMode} mode
 * @param {string[]} names
 * @param {(...stores: any[]) => void} work
 * @returns {Promise<any>}
 */
export async function within(mode, names, work) {
  if (mode !== "readwrite") return transact(mode, names, work);
  const result = await (names.includes(SCANS) ? noting(names, work) : transact(mode, names, work));
  noteStored();
  return result;
}

/**
 * @param {string[]} names
 * @param {(...stores: any[]) => void} work
 */
function noting(names, work) {
  const withoutChanges = (/** @type {any[]} */ ...stores) => work(...stores.slice(0, names.length), stores.at(-1));
  return transact("readwrite", [...names, CHANGES], withoutChanges);
}

/**
 * Add or change a scan, and note that.
 * @param {IDBObjectStore} scans
 * @param {StoredScan} record
 * @param {"put" | "add"} [how]
 */
export function write(scans, record, how = "put") {
  scans.transaction.objectStore(CHANGES).add(record.id);
  scans[how](record);
}

/**
 * The range of a state in the index "state": all its scans, in the device's own order.
 * @param {string} state
 */
export function inState(state) {
  return IDBKeyRange.bound([state, 0], [state, Infinity]);
}

/**
 * The range of one pairing in the index "device", from a state up to a state in their alphabet.
 * @param {number} device
 * @param {string} state
 * @param {string} [last]
 */
export function ofDevice(device, state, last = state) {
  return IDBKeyRange.bound([device, state, 0], [device, last, Infinity]);
}
