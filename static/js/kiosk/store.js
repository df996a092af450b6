// What the device keeps: its token, and every scan from the moment it is made. The only module that knows IndexedDB.
//
// A scan is {id, seq, state, made, body, about, answer, undone}: state waiting, answered or aside; made: milliseconds
// of the device's clock; body: what is posted, never changed; about: what the strip shows of it.

const NAME = "openweek-kiosk";
const KEPT = "kept";
const SCANS = "scans";
let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(KEPT);
      const scans = asked.result.createObjectStore(SCANS, { keyPath: "id" });
      scans.createIndex("state", ["state", "seq"]);
      scans.createIndex("seq", "seq");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
  return opened;
}

/** Run `work(stores…)` in one transaction; answers what it answered once everything is on disk. */
async function within(mode, names, work) {
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

export function get(key) {
  return within("readonly", [KEPT], (kept, answer) => {
    const asked = kept.get(key);
    asked.onsuccess = () => answer(asked.result);
  });
}

export function put(key, value) {
  return within("readwrite", [KEPT], (kept) => kept.put(value, key));
}

/** Keep a new scan as waiting; its number in the device's own sequence is given here, once. */
export function add(scan) {
  return within("readwrite", [KEPT, SCANS], (kept, scans, answer) => {
    const last = kept.get("seq");
    last.onsuccess = () => {
      const seq = (last.result ?? 0) + 1;
      const record = { ...scan, seq, state: "waiting", body: { ...scan.body, seq } };
      kept.put(seq, "seq");
      scans.add(record);
      answer(record);
    };
  });
}

/** The oldest scans that nobody has answered yet. */
export function waiting(most) {
  const range = IDBKeyRange.bound(["waiting", 0], ["waiting", Infinity]);
  return within("readonly", [SCANS], (scans, answer) => {
    const asked = scans.index("state").getAll(range, most);
    asked.onsuccess = () => answer(asked.result);
  });
}

export function waitingCount() {
  const range = IDBKeyRange.bound(["waiting", 0], ["waiting", Infinity]);
  return within("readonly", [SCANS], (scans, answer) => {
    const asked = scans.index("state").count(range);
    asked.onsuccess = () => answer(asked.result);
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

/** Note the server's answers, [{id, verdict, …}]; an undo that took effect marks its target. */
export function answered(results) {
  return within("readwrite", [SCANS], (scans) => {
    for (const result of results) {
      const asked = scans.get(result.id);
      asked.onsuccess = () => {
        if (!asked.result) return;
        scans.put({ ...asked.result, state: "answered", answer: result });
        const { undoes } = asked.result.body;
        if (undoes && result.verdict !== "refused") change(scans, undoes, { undone: true });
      };
    }
  });
}

/** Put aside a scan that the server cannot read at all: visible, never deleted, no longer in the way of others. */
export function setAside(id) {
  return within("readwrite", [SCANS], (scans) => change(scans, id, { state: "aside" }));
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
