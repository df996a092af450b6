// The device's own database: its tables, and how they became what they are. scan-store.js, tally-burst.js and pairings.js
// know what is in them.

import { database } from "../../browser/indexeddb.js";

const VERSION = 3;
const AT_ONCE = 1000; // scans
export const KEPT = "kept"; // single values by their names
export const SCANS = "scans";
export const PAIRINGS = "pairings";

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
  const [values, scans, pairings] = [KEPT, SCANS, PAIRINGS].map((name) => transaction.objectStore(name));
  const previous = {};
  for (const key of ["token", "handover", "kiosk", "knowledge", "burst"]) {
    values.get(key).onsuccess = ({ target }) => (previous[key] = target.result ?? null);
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
    // Many at once: the device opens its door only when all are named.
    const nameFrom = (range) => {
      scans.getAll(range, AT_ONCE).onsuccess = ({ target: { result: records } }) => {
        for (const scan of records) scans.put({ ...scan, device });
        if (!records.length) return;
        pairings.put(owner);
        nameFrom(IDBKeyRange.lowerBound(records.at(-1).id, true));
      };
    };
    nameFrom(null);
  };
}

export const within = database("openweek-kiosk", VERSION, upgrade);

/** The range of a state in the index "state": all its scans, in the device's own order. */
export function inState(state) {
  return IDBKeyRange.bound([state, 0], [state, Infinity]);
}

/** The range of one pairing in the index "device", from a state up to a state in their alphabet. */
export function ofDevice(device, state, last = state) {
  return IDBKeyRange.bound([device, state, 0], [device, last, Infinity]);
}
