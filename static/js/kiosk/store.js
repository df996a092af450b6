// What the device keeps: its token, and every scan from the moment it is made.
//
// A scan is {id, seq, state, made, body, about, answer, settled, undone}: state waiting, answered or aside; made, settled:
// milliseconds of the device's clock when it was made and when the server had answered; body: what is posted, changed once
// at most, when the device shows its own verdict (shown); about: {group, holder, entry, flags}: what the strip and the rules
// know of it. undone: taken back.

import { KEPT, SCANS, within } from "./database.js";

const HELD = ["after_revocation", "revoked_pass", "set_aside"]; // kept, and counted only when a person accepts
const OF_A_PAIRING = ["token", "handover", "kiosk", "knowledge", "learned", "pin", "pin_tries", "message_seen", "mode", "burst"];

export function get(key) {
  return within("readonly", [KEPT], (kept, answer) => {
    const asked = kept.get(key);
    asked.onsuccess = () => answer(asked.result);
  });
}

export function put(key, value) {
  return within("readwrite", [KEPT], (kept) => kept.put(value, key));
}

/** Add scans as waiting, each with the next number of the device's own sequence, inside the caller's transaction. */
export function append(kept, scans, fresh, answer) {
  const last = kept.get("seq");
  last.onsuccess = () => {
    let seq = last.result ?? 0;
    const records = fresh.map((scan) => {
      seq += 1;
      return { ...scan, seq, state: "waiting", body: { ...scan.body, seq } };
    });
    kept.put(seq, "seq");
    for (const record of records) {
      scans.add(record);
      if (record.body.shown === "stored") takeBack(scans, record, true);
    }
    answer(records);
  };
}

/** Keep a new scan as waiting; answers it with its number. */
export function add(scan) {
  return addAll([scan]).then(([record]) => record);
}

/** Keep several, all or none. */
export function addAll(fresh) {
  return within("readwrite", [KEPT, SCANS], (kept, scans, answer) => append(kept, scans, fresh, answer));
}

/** The oldest scans that nobody has answered yet. */
export function waiting(most) {
  const range = IDBKeyRange.bound(["waiting", 0], ["waiting", Infinity]);
  return within("readonly", [SCANS], (scans, answer) => {
    const asked = scans.index("state").getAll(range, most);
    asked.onsuccess = () => answer(asked.result);
  });
}

/** {waiting, aside: how many; oldest: when the oldest waiting scan was made, or null}. */
export function queue() {
  const range = (state) => IDBKeyRange.bound([state, 0], [state, Infinity]);
  return within("readonly", [SCANS], (scans, answer) => {
    const told = { waiting: 0, aside: 0, oldest: null };
    for (const state of ["waiting", "aside"]) {
      const asked = scans.index("state").count(range(state));
      asked.onsuccess = () => {
        told[state] = asked.result;
      };
    }
    const first = scans.index("state").get(range("waiting"));
    first.onsuccess = () => {
      told.oldest = first.result?.made ?? null;
    };
    answer(told);
  });
}

/** What was set aside, in the device's own order. */
export function aside() {
  return within("readonly", [SCANS], (scans, answer) => {
    const asked = scans.index("state").getAll(IDBKeyRange.bound(["aside", 0], ["aside", Infinity]));
    asked.onsuccess = () => answer(asked.result);
  });
}

/** Every scan that nobody has answered, set aside or not, in the device's own order. */
export function unanswered() {
  return within("readonly", [SCANS], (scans, answer) => {
    const found = [];
    answer(found);
    for (const state of ["waiting", "aside"]) {
      const asked = scans.index("state").getAll(IDBKeyRange.bound([state, 0], [state, Infinity]));
      asked.onsuccess = () => found.push(...asked.result);
    }
  }).then((found) => found.sort((one, other) => one.seq - other.seq));
}

/** The verdict that holds for a scan: the server's, else the one that the device showed, else null. */
export function verdictOf(scan) {
  return scan.answer?.verdict ?? scan.body.shown;
}

/** Whether it is an entry, in or out, that counts as far as this device knows. */
export function counts(scan) {
  const held = scan.answer?.flags?.some((flag) => HELD.includes(flag));
  return scan.about.entry && !scan.undone && !held && ["stored", "repeat"].includes(verdictOf(scan));
}

/** What this device has seen of a pass, as the rules want it. */
export function seen(holder) {
  return within("readonly", [SCANS], (scans, answer) => {
    const asked = scans.index("holder").getAll(holder);
    asked.onsuccess = () => answer(asked.result.filter(counts).map((scan) => scan.about.entry));
  });
}

/** The newest scans, newest first. */
export function latest(most) {
  return within("readonly", [KEPT, SCANS], (kept, scans, answer) => {
    const last = kept.get("seq");
    last.onsuccess = () => {
      const asked = scans.index("seq").getAll(IDBKeyRange.lowerBound((last.result ?? 0) - most, true));
      asked.onsuccess = () => answer(asked.result.reverse());
    };
  });
}

export function scan(id) {
  return within("readonly", [SCANS], (scans, answer) => {
    const asked = scans.get(id);
    asked.onsuccess = () => answer(asked.result);
  });
}

function change(scans, id, changes) {
  const asked = scans.get(id);
  asked.onsuccess = () => {
    if (asked.result) scans.put({ ...asked.result, ...changes });
  };
}

/** An undo that holds marks its target; one that the server refused lets go of it again. */
function takeBack(scans, { body }, undone) {
  if (body.undoes) change(scans, body.undoes, { undone });
}

/** The device shows its own verdict because nobody answered: noted before it is shown. Answers the scan as it is now. */
export function show(id, verdict) {
  return within("readwrite", [SCANS], (scans, answer) => {
    const asked = scans.get(id);
    asked.onsuccess = () => {
      const kept = asked.result;
      answer(kept);
      if (kept.state !== "waiting") return; // the server's answer came in this very moment
      kept.body.shown = verdict;
      scans.put(kept);
      if (verdict === "stored") takeBack(scans, kept, true);
    };
  });
}

/**
 * Note the server's answers, [{id, verdict, …}]. posted: {id: shown} as it was sent. A refusal of what was asked live
 * while the device had meanwhile shown green is not the end: it is sent again and says so.
 */
export function answered(results, posted) {
  return within("readwrite", [SCANS], (scans) => {
    for (const result of results) {
      const asked = scans.get(result.id);
      asked.onsuccess = () => {
        const kept = asked.result;
        if (!kept) return;
        const overtaken = kept.body.shown === "stored" && posted[kept.id] !== "stored";
        if (overtaken && result.verdict === "refused") return;
        scans.put({ ...kept, state: "answered", answer: result, settled: Date.now() });
        takeBack(scans, kept, result.verdict !== "refused");
      };
    }
  });
}

/** Put aside a scan that the server cannot read at all: visible, never deleted, no longer in the way of others. */
export function setAside(id) {
  return within("readwrite", [SCANS], (scans) => change(scans, id, { state: "aside" }));
}

/** Forget who this device was, once everything is handed over; its own numbering and its language go on. */
export function wipe() {
  return within("readwrite", [KEPT, SCANS], (kept, scans) => {
    for (const key of OF_A_PAIRING) kept.delete(key);
    const asked = scans.index("state").openCursor(IDBKeyRange.bound(["answered", 0], ["answered", Infinity]));
    asked.onsuccess = () => {
      asked.result?.delete();
      asked.result?.continue();
    };
  });
}

/** Delete what was answered before `made`; what waits or was set aside stays, however old. */
export function forget(made) {
  return within("readwrite", [SCANS], (scans) => {
    const asked = scans.index("state").openCursor(IDBKeyRange.bound(["answered", 0], ["answered", Infinity]));
    asked.onsuccess = () => {
      const cursor = asked.result;
      if (!cursor || cursor.value.made >= made) return;
      cursor.delete();
      cursor.continue();
    };
  });
}
