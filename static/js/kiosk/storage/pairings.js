// The pairings of this device: the present one, and earlier ones with unsent scans. A scan is sent with the token of the
// pairing that it was made in.
//
// A pairing is {device: the server's id of it, name, campaign: id or null, token}. Several tabs may be open:
// whatever ends or changes the present pairing names its token in the same transaction.

import { inState, KEPT, ofDevice, PAIRINGS, SCANS, within } from "./tables.js";

const OF_A_PAIRING = ["token", "kiosk", "knowledge", "learned", "pin", "pin_tries", "message_seen", "mode"];

const otherTabs = globalThis.BroadcastChannel ? new BroadcastChannel("openweek-pairing") : null;

/**
 * @param {IDBRequest} request
 * @param {(result: any) => void} work
 */
function onResult(request, work) {
  request.onsuccess = () => work(request.result);
}

/**
 * @param {IDBObjectStore} scans
 * @param {(cursor: IDBCursorWithValue) => void} work
 */
function everyAnswered(scans, work) {
  onResult(scans.index("state").openCursor(inState("answered")), (cursor) => {
    if (!cursor) return;
    work(cursor);
    cursor.continue();
  });
}

/**
 * Begin a pairing. What was answered in an earlier one is forgotten; what was not is handed over under its own name.
 * @param {string} token
 * @param {Kiosk} kiosk
 */
export async function begin(token, kiosk) {
  await within("readwrite", [KEPT, SCANS, PAIRINGS], (values, scans, pairings) => {
    pairings.put({ device: kiosk.id, name: kiosk.name, campaign: null, token });
    values.put(token, "token");
    values.put(kiosk, "kiosk");
    for (const key of ["knowledge", "learned"]) values.delete(key);
    everyAnswered(scans, (cursor) => cursor.value.device !== kiosk.id && cursor.delete());
  });
  otherTabs?.postMessage("changed");
}

/**
 * End the pairing with this token. Answers false where it is not the present one (any more): then nothing has changed.
 * @param {string} token
 */
export async function end(token) {
  const ended = await within("readwrite", [KEPT], (values, answer) => {
    onResult(values.get("token"), (present) => {
      answer(present === token);
      if (present === token) values.delete("token");
    });
  });
  if (ended) otherTabs?.postMessage("changed");
  return ended;
}

/**
 * Store answers for the present pairing, {knowledge, …} by name; nothing where another page has paired anew meanwhile.
 * @param {string} token
 * @param {{knowledge: DeviceState, learned: number | null}} received
 */
export function remember(token, received) {
  return within("readwrite", [KEPT, PAIRINGS], (values, pairings) => {
    onResult(values.get("token"), (present) => {
      if (present !== token) return;
      for (const [key, value] of Object.entries(received)) values.put(value, key);
      const { kiosk, campaign } = received.knowledge;
      values.put(kiosk, "kiosk");
      pairings.put({ device: kiosk.id, name: kiosk.name, campaign: campaign.id ?? null, token });
    });
  });
}

/**
 * The pairings with unanswered scans, each with {waiting, aside: how many; present}: the present one first.
 * @returns {Promise<OwingPairing[]>}
 */
export function owing() {
  return within("readonly", [KEPT, SCANS, PAIRINGS], (values, scans, pairings, answer) => {
    /** @type {OwingPairing[]} */
    const rows = [];
    answer(rows);
    onResult(values.get("token"), (present) => {
      onResult(pairings.getAll(), (records) => {
        for (const pairing of records) {
          const row = { ...pairing, present: Boolean(present) && pairing.token === present };
          rows.push(row);
          for (const state of ["waiting", "aside"]) {
            onResult(scans.index("device").count(ofDevice(pairing.device, state)), (count) => (row[state] = count));
          }
        }
      });
    });
  }).then((/** @type {OwingPairing[]} */ rows) => {
    const owing = rows.filter(({ waiting, aside }) => waiting || aside);
    return owing.sort((a, b) => Number(b.present) - Number(a.present));
  });
}

/**
 * The present pairing, or null.
 * @returns {Promise<Pairing | null>}
 */
export function present() {
  return within("readonly", [KEPT, PAIRINGS], (values, pairings, answer) => {
    answer(null);
    onResult(values.get("token"), (token) => {
      const isPresent = (/** @type {Pairing} */ pairing) => pairing.token === token;
      if (token) onResult(pairings.getAll(), (records) => answer(records.find(isPresent) ?? null));
    });
  });
}

/**
 * Forget the pairings that are over and have handed over all they held. Where then none is left, all is forgotten that the
 * device got; its own numbering and its language go on.
 */
export function tidy() {
  return within("readwrite", [KEPT, SCANS, PAIRINGS], (values, scans, pairings) => {
    onResult(values.get("token"), (present) => {
      onResult(values.get("burst"), (burst) => {
        onResult(pairings.getAll(), (records) => {
          for (const { device, token } of records) {
            if (token !== null && token === present) continue;
            onResult(scans.index("device").count(ofDevice(device, "aside", "waiting")), (count) => {
              if (count || burst?.device === device) return;
              pairings.delete(device);
              everyAnswered(scans, (cursor) => cursor.value.device === device && cursor.delete());
              onResult(pairings.count(), (remaining) => remaining || OF_A_PAIRING.forEach((key) => values.delete(key)));
            });
          }
        });
      });
    });
  });
}

/**
 * changed(): another page of this browser has begun or ended a pairing.
 * @param {() => void} changed
 */
export function watch(changed) {
  otherTabs?.addEventListener("message", changed);
}
