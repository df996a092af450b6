// What the device keeps: single values by their names, and every scan from the moment it is made.
//
// A scan is {id, device, seq, state, made, unsure, body, about, answer, settled, undone}: device: the pairing that it was made
// in, by the server's id (pairings.js); state waiting, answered or aside; made, settled: milliseconds of the device's clock
// when it was made and when the server had answered; unsure: clock.doubt() when it was made; body: what is posted, changed
// when the device shows its own verdict (shown) and when a doubt about its time is over (skew_ms); about: {group, holder,
// entry, flags}: what the strip and the rules know of it. undone: taken back.

import { inState, KEPT, ofDevice, PAIRINGS, SCANS, within } from "./tables.js";

const HELD_BACK = ["after_revocation", "revoked_pass", "set_aside"]; // kept, and counted only when a person accepts

/** Add scans as waiting, each with the next number of the device's own sequence, inside the caller's transaction. */
export function append(values, scans, newScans, answer) {
  const last = values.get("seq");
  last.onsuccess = () => {
    let seq = last.result ?? 0;
    const records = newScans.map((scan) => {
      seq += 1;
      return { ...scan, seq, state: "waiting", body: { ...scan.body, seq } };
    });
    values.put(seq, "seq");
    for (const record of records) {
      scans.add(record);
      if (record.body.shown === "stored") markUndone(scans, record, true);
    }
    answer(records);
  };
}

/** A scan of a pairing that is over and forgotten could never be sent: it is not taken. */
export function requirePairing(pairings, device) {
  const request = pairings.count(device);
  request.onsuccess = () => {
    if (!request.result) pairings.transaction.abort();
  };
}

/** Keep a new scan as waiting; answers it with its number. */
export function add(scan) {
  return addAll([scan]).then(([record]) => record);
}

/** Keep several, all or none. */
export function addAll(newScans) {
  return within("readwrite", [KEPT, SCANS, PAIRINGS], (values, scans, pairings, answer) => {
    for (const { device } of newScans) requirePairing(pairings, device);
    append(values, scans, newScans, answer);
  });
}

function scansIn(device, state, limit) {
  return within("readonly", [SCANS], (scans, answer) => {
    const request = scans.index("device").getAll(ofDevice(device, state), limit);
    request.onsuccess = () => answer(request.result);
  });
}

/** The oldest scans of a pairing that nobody has answered yet. */
export function waiting(device, limit) {
  return scansIn(device, "waiting", limit);
}

/** What was set aside of a pairing, in the device's own order. */
export function aside(device) {
  return scansIn(device, "aside");
}

/** {waiting, aside: how many; oldest: when the oldest waiting scan was made, or null}. */
export function queue() {
  return within("readonly", [SCANS], (scans, answer) => {
    const summary = { waiting: 0, aside: 0, oldest: null };
    for (const state of ["waiting", "aside"]) {
      const request = scans.index("state").count(inState(state));
      request.onsuccess = () => {
        summary[state] = request.result;
      };
    }
    const first = scans.index("state").get(inState("waiting"));
    first.onsuccess = () => {
      summary.oldest = first.result?.made ?? null;
    };
    answer(summary);
  });
}

/** Every scan of a pairing that nobody has answered, set aside or not, in the device's own order. */
export async function unanswered(device) {
  const scans = [...(await waiting(device)), ...(await aside(device))];
  return scans.sort((a, b) => a.seq - b.seq);
}

/** The verdict that holds for a scan: the server's, else the one that the device showed, else null. */
export function verdictOf(scan) {
  return scan.answer?.verdict ?? scan.body.shown;
}

/** Whether it is an entry, in or out, that counts as far as this device knows. */
export function counts(scan) {
  const isHeld = scan.answer?.flags?.some((flag) => HELD_BACK.includes(flag));
  return scan.about.entry && !scan.undone && !isHeld && ["stored", "repeat"].includes(verdictOf(scan));
}

/** What this device has seen of a pass, as the rules want it. */
export function entriesOf(holder) {
  return within("readonly", [SCANS], (scans, answer) => {
    const request = scans.index("holder").getAll(holder);
    request.onsuccess = () => answer(request.result.filter(counts).map((scan) => scan.about.entry));
  });
}

/** The newest scans of the present pairing among the `most` newest of all, newest first. */
export function latest(limit) {
  return within("readonly", [KEPT, SCANS], (values, scans, answer) => {
    const [last, kiosk] = [values.get("seq"), values.get("kiosk")];
    kiosk.onsuccess = () => {
      const request = scans.index("seq").getAll(IDBKeyRange.lowerBound((last.result ?? 0) - limit, true));
      request.onsuccess = () => answer(request.result.filter(({ device }) => device === kiosk.result?.id).reverse());
    };
  });
}

export function scan(id) {
  return within("readonly", [SCANS], (scans, answer) => {
    const request = scans.get(id);
    request.onsuccess = () => answer(request.result);
  });
}

function change(scans, id, changes) {
  const request = scans.get(id);
  request.onsuccess = () => {
    if (request.result) scans.put({ ...request.result, ...changes });
  };
}

/** An undo that holds marks its target; one that the server refused lets go of it again. */
function markUndone(scans, { body }, undone) {
  if (body.undoes) change(scans, body.undoes, { undone });
}

/**
 * What is posted of a scan whose verdict the device shows by itself: with the occurrence that it was let in to, because the
 * device may have been moved without knowing.
 */
export function asShown(body, shown, about) {
  return about.entry && shown ? { ...body, shown, occurrence: about.entry.sitting } : { ...body, shown };
}

/** The device shows its own verdict because nobody answered: noted before it is shown. Answers the scan as it is now. */
export function recordShown(id, verdict) {
  return within("readwrite", [SCANS], (scans, answer) => {
    const request = scans.get(id);
    request.onsuccess = () => {
      const record = request.result;
      answer(record);
      if (record.state !== "waiting") return; // the server's answer came in this very moment
      record.body = asShown(record.body, verdict, record.about);
      scans.put(record);
      if (verdict === "stored") markUndone(scans, record, true);
    };
  });
}

/**
 * Note the server's answers, [{id, verdict, …}]. posted: {id: shown} as it was sent. A refusal of what was asked live
 * while the device had meanwhile shown green is not the end: it is sent again and says so.
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
        scans.put({ ...record, state: "answered", answer: result, settled: Date.now() });
        markUndone(scans, record, result.verdict !== "refused");
      };
    }
  });
}

/** The true time is known again: what waits and was made in doubt in this run of the page gets the skew that it had. */
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
        cursor.update({ ...record, unsure: null, body: { ...body, skew_ms }, about: { ...about, entry } });
      }
      cursor.continue();
    };
  });
}

/** Put aside a scan that the server cannot read at all: visible, never deleted, no longer in the way of others. */
export function setAside(id) {
  return within("readwrite", [SCANS], (scans) => change(scans, id, { state: "aside" }));
}

/** Delete what was answered before `made`; what waits or was set aside stays, however old. */
export function deleteAnswered(before) {
  return within("readwrite", [SCANS], (scans) => {
    const request = scans.index("state").openCursor(inState("answered"));
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor || cursor.value.made >= before) return;
      cursor.delete();
      cursor.continue();
    };
  });
}
