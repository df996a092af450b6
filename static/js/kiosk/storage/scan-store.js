// What the device keeps: single values by their names, and every scan from the moment it is made.
//
// A scan is {id, device, seq, state, made, unsure, body, about, answer, settled, undone}: device: the pairing that it was made
// in, by the server's id (pairings.js); state waiting, answered or aside; made, settled: milliseconds of the device's clock
// when it was made and when the server had answered; unsure: clock.doubt() when it was made; body: what is posted, changed
// when the device shows its own verdict (shown) and when a doubt about its time is over (skew_ms); about: {group, holder,
// entry, flags}: what the strip and the rules know of it. undone: taken back.

import { inState, KEPT, ofDevice, PAIRINGS, SCANS, within } from "./tables.js";

const HELD = ["after_revocation", "revoked_pass", "set_aside"]; // kept, and counted only when a person accepts

export function get(key) {
  return within("readonly", [KEPT], (kept, answer) => {
    const asked = kept.get(key);
    asked.onsuccess = () => answer(asked.result);
  });
}

export function put(key, value) {
  return putAll({ [key]: value });
}

/** Keep several values by their names, all or none. */
export function putAll(values) {
  return within("readwrite", [KEPT], (kept) => {
    for (const [key, value] of Object.entries(values)) kept.put(value, key);
  });
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

/** A scan of a pairing that is over and forgotten could never be sent: it is not taken. */
export function mustBeOurs(pairings, device) {
  const asked = pairings.count(device);
  asked.onsuccess = () => {
    if (!asked.result) pairings.transaction.abort();
  };
}

/** Keep a new scan as waiting; answers it with its number. */
export function add(scan) {
  return addAll([scan]).then(([record]) => record);
}

/** Keep several, all or none. */
export function addAll(fresh) {
  return within("readwrite", [KEPT, SCANS, PAIRINGS], (kept, scans, pairings, answer) => {
    for (const { device } of fresh) mustBeOurs(pairings, device);
    append(kept, scans, fresh, answer);
  });
}

function held(device, state, most) {
  return within("readonly", [SCANS], (scans, answer) => {
    const asked = scans.index("device").getAll(ofDevice(device, state), most);
    asked.onsuccess = () => answer(asked.result);
  });
}

/** The oldest scans of a pairing that nobody has answered yet. */
export function waiting(device, most) {
  return held(device, "waiting", most);
}

/** What was set aside of a pairing, in the device's own order. */
export function aside(device) {
  return held(device, "aside");
}

/** {waiting, aside: how many; oldest: when the oldest waiting scan was made, or null}. */
export function queue() {
  return within("readonly", [SCANS], (scans, answer) => {
    const told = { waiting: 0, aside: 0, oldest: null };
    for (const state of ["waiting", "aside"]) {
      const asked = scans.index("state").count(inState(state));
      asked.onsuccess = () => {
        told[state] = asked.result;
      };
    }
    const first = scans.index("state").get(inState("waiting"));
    first.onsuccess = () => {
      told.oldest = first.result?.made ?? null;
    };
    answer(told);
  });
}

/** Every scan of a pairing that nobody has answered, set aside or not, in the device's own order. */
export async function unanswered(device) {
  const found = [...(await waiting(device)), ...(await aside(device))];
  return found.sort((one, other) => one.seq - other.seq);
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

/** The newest scans of the present pairing among the `most` newest of all, newest first. */
export function latest(most) {
  return within("readonly", [KEPT, SCANS], (kept, scans, answer) => {
    const [last, kiosk] = [kept.get("seq"), kept.get("kiosk")];
    kiosk.onsuccess = () => {
      const asked = scans.index("seq").getAll(IDBKeyRange.lowerBound((last.result ?? 0) - most, true));
      asked.onsuccess = () => answer(asked.result.filter(({ device }) => device === kiosk.result?.id).reverse());
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

/**
 * What is posted of a scan whose verdict the device shows by itself: with the occurrence that it was let in to, because the
 * device may have been moved without knowing.
 */
export function asShown(body, shown, about) {
  return about.entry && shown ? { ...body, shown, occurrence: about.entry.sitting } : { ...body, shown };
}

/** The device shows its own verdict because nobody answered: noted before it is shown. Answers the scan as it is now. */
export function show(id, verdict) {
  return within("readwrite", [SCANS], (scans, answer) => {
    const asked = scans.get(id);
    asked.onsuccess = () => {
      const kept = asked.result;
      answer(kept);
      if (kept.state !== "waiting") return; // the server's answer came in this very moment
      kept.body = asShown(kept.body, verdict, kept.about);
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

/** The true time is known again: what waits and was made in doubt in this run of the page gets the skew that it had. */
export function correct(run, fix) {
  return within("readwrite", [SCANS], (scans) => {
    const asked = scans.index("state").openCursor(inState("waiting"));
    asked.onsuccess = () => {
      const cursor = asked.result;
      if (!cursor) return;
      const { unsure, body, about, ...rest } = cursor.value;
      if (unsure?.run === run && body.skew_ms !== null) {
        const skew_ms = fix(body.skew_ms, unsure);
        const entry = about.entry && { ...about.entry, at: about.entry.at + body.skew_ms - skew_ms };
        cursor.update({ ...rest, unsure: null, body: { ...body, skew_ms }, about: { ...about, entry } });
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
export function forget(made) {
  return within("readwrite", [SCANS], (scans) => {
    const asked = scans.index("state").openCursor(inState("answered"));
    asked.onsuccess = () => {
      const cursor = asked.result;
      if (!cursor || cursor.value.made >= made) return;
      cursor.delete();
      cursor.continue();
    };
  });
}
