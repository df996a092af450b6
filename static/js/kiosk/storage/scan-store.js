// Every scan of this device from the moment it is made (StoredScan in types.d.ts). What is posted of it changes twice at most:
// when the device shows its own verdict (shown), and when a doubt about its time is over (skew_ms).

import { forgetChanges } from "./scan-changes.js";
import { CHANGES, inState, KEPT, PAIRINGS, SCANS, within, write } from "./tables.js";

const HELD_BACK = ["after_revocation", "revoked_pass", "set_aside"]; // stored, and counted only after a person's review

/**
 * Add scans as waiting, numbered by the device's own sequence, inside the caller's transaction.
 * @param {IDBObjectStore} values
 * @param {IDBObjectStore} scans
 * @param {(NewScan & {about: About})[]} newScans
 * @param {(records: StoredScan[]) => void} answer
 */
export function append(values, scans, newScans, answer) {
  const last = values.get("seq");
  last.onsuccess = () => {
    let seq = last.result ?? 0;
    const records = newScans.map((scan) => {
      seq += 1;
      return { ...scan, seq, state: /** @type {const} */ ("waiting"), body: { ...scan.body, seq } };
    });
    values.put(seq, "seq");
    for (const record of records) {
      write(scans, record, "add");
      if (record.body.shown === "stored") markUndone(scans, record, true);
    }
    answer(records);
  };
}

/**
 * Abort where the pairing is over and deleted: its scans could never be sent.
 * @param {IDBObjectStore} pairings
 * @param {number} device
 */
export function requirePairing(pairings, device) {
  const request = pairings.count(device);
  request.onsuccess = () => {
    if (!request.result) pairings.transaction.abort();
  };
}

/**
 * Store a new scan as waiting; answers it with its number.
 * @param {NewScan & {about: About}} scan
 */
export function add(scan) {
  return addAll([scan]).then(([record]) => record);
}

/**
 * Store several, all or none.
 * @param {(NewScan & {about: About})[]} newScans
 * @returns {Promise<StoredScan[]>}
 */
export function addAll(newScans) {
  return within("readwrite", [KEPT, SCANS, PAIRINGS], (values, scans, pairings, answer) => {
    for (const { device } of newScans) requirePairing(pairings, device);
    append(values, scans, newScans, answer);
  });
}

/**
 * The server's verdict, else the one that the device showed, else null.
 * @param {Pick<StoredScan, "answer" | "body">} scan
 */
export function verdictOf(scan) {
  return scan.answer?.verdict ?? scan.body.shown;
}

/**
 * Whether it is an entry, in or out, that counts as far as this device knows.
 * @param {StoredScan} scan
 */
export function counts(scan) {
  const isHeld = scan.answer?.flags?.some((flag) => HELD_BACK.includes(flag));
  return scan.about.entry && !scan.undone && !isHeld && ["stored", "repeat"].includes(verdictOf(scan) ?? "");
}

/**
 * The entries of a pass on this device that count.
 * @param {string} holder
 * @returns {Promise<Entry[]>}
 */
export function entriesOf(holder) {
  return within("readonly", [SCANS], (scans, answer) => {
    const request = scans.index("holder").getAll(holder);
    request.onsuccess = () => answer(request.result.filter(counts).map((/** @type {StoredScan} */ { about }) => about.entry));
  });
}

/**
 * Scans of the present pairing among the `limit` newest of all, newest first.
 * @param {number} limit
 * @returns {Promise<StoredScan[]>}
 */
export function latest(limit) {
  return within("readonly", [KEPT, SCANS], (values, scans, answer) => {
    const [last, kiosk] = [values.get("seq"), values.get("kiosk")];
    kiosk.onsuccess = () => {
      const request = scans.index("seq").getAll(IDBKeyRange.lowerBound((last.result ?? 0) - limit, true));
      const isOurs = (/** @type {StoredScan} */ { device }) => device === kiosk.result?.id;
      request.onsuccess = () => answer(request.result.filter(isOurs).reverse());
    };
  });
}

/**
 * @param {string} id
 * @returns {Promise<StoredScan>}
 */
export function scan(id) {
  return within("readonly", [SCANS], (scans, answer) => {
    const request = scans.get(id);
    request.onsuccess = () => answer(request.result);
  });
}

/**
 * @param {IDBObjectStore} scans
 * @param {string} id
 * @param {Partial<StoredScan>} changes
 */
function change(scans, id, changes) {
  const request = scans.get(id);
  request.onsuccess = () => {
    if (request.result) write(scans, { ...request.result, ...changes });
  };
}

/**
 * Mark the target of an undo; unmark it where the server refused the undo.
 * @param {IDBObjectStore} scans
 * @param {StoredScan} record
 * @param {boolean} undone
 */
function markUndone(scans, { body }, undone) {
  if (body.undoes) change(scans, body.undoes, { undone });
}

/**
 * What is posted of a scan whose verdict the device shows itself: with the occurrence, because the desk may have moved the
 * device to another event meanwhile.
 * @param {ScanBody} body
 * @param {Verdict | null} shown
 * @param {About} about
 * @returns {ScanBody}
 */
export function asShown(body, shown, about) {
  return about.entry && shown ? { ...body, shown, occurrence: about.entry.sitting } : { ...body, shown };
}

/**
 * Store the device's own verdict before it is shown. Answers the scan as it is now.
 * @param {string} id
 * @param {Verdict | null} verdict
 * @returns {Promise<StoredScan>}
 */
export function recordShown(id, verdict) {
  return within("readwrite", [SCANS], (scans, answer) => {
    const request = scans.get(id);
    request.onsuccess = () => {
      const record = request.result;
      answer(record);
      if (record.state !== "waiting") return; // answered meanwhile
      record.body = asShown(record.body, verdict, record.about);
      write(scans, record);
      if (verdict === "stored") markUndone(scans, record, true);
    };
  });
}

/**
 * Store the server's answers. posted: id → shown, as it was sent. Where the device showed green after the scan was sent, a
 * refusal is dropped: the scan is sent again with what was shown.
 * @param {(Answer & {id: string})[]} results
 * @param {Record<string, Verdict | null>} posted
 */
export function recordAnswers(results, posted) {
  return within("readwrite", [SCANS], (scans) => {
    for (const result of results) {
      const request = scans.get(result.id);
      request.onsuccess = () => {
        const record = request.result;
        if (!record) return;
        const overtaken = record.body.shown === "stored" && posted[record.id] !== "stored";
        if (overtaken && result.verdict === "refused") return;
        write(scans, { ...record, state: "answered", answer: result, settled: Date.now() });
        markUndone(scans, record, result.verdict !== "refused");
      };
    }
  });
}

/**
 * The true time is known again: correct the skew of waiting scans that were made while it was unsure in this run.
 * @param {string} run
 * @param {(skew: number, doubt: Doubt) => number} fix
 */
export function correct(run, fix) {
  return within("readwrite", [SCANS], (scans) => {
    const request = scans.index("state").openCursor(inState("waiting"));
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) return;
      const { unsure, body, about, ...record } = cursor.value;
      if (unsure?.run === run && body.skew_ms !== null) {
        const skew_ms = fix(body.skew_ms, unsure);
        const entry = about.entry && { ...about.entry, at: about.entry.at + body.skew_ms - skew_ms };
        write(scans, { ...record, unsure: null, body: { ...body, skew_ms }, about: { ...about, entry } });
      }
      cursor.continue();
    };
  });
}

/**
 * Set aside a scan that the server cannot read: visible and never deleted, but no longer blocking others.
 * @param {string} id
 */
export function setAside(id) {
  return within("readwrite", [SCANS], (scans) => change(scans, id, { state: "aside" }));
}

/**
 * Delete answered scans that were made before a time. Unanswered scans stay, however old.
 * @param {number} time
 */
export function deleteAnswered(time) {
  return within("readwrite", [SCANS], (scans) => {
    forgetChanges(scans.transaction.objectStore(CHANGES));
    const request = scans.index("state").openCursor(inState("answered"));
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor || cursor.value.made >= time) return;
      cursor.delete();
      cursor.continue();
    };
  });
}
