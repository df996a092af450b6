// The pairings of this device: which it is in now, and which earlier ones still owe the server scans. A scan belongs to the
// pairing that it was made in and goes out under that one's token, whatever the device is paired to by then.
//
// A pairing is {device: the server's id of it, name, campaign: id or null, token}. Several pages of one browser may be open:
// whatever ends or changes the present pairing names the token that it means, in the transaction that does it.

import { inState, KEPT, ofDevice, PAIRINGS, SCANS, within } from "./tables.js";

const OF_A_PAIRING = ["token", "kiosk", "knowledge", "learned", "pin", "pin_tries", "message_seen", "mode"];

const others = globalThis.BroadcastChannel ? new BroadcastChannel("openweek-pairing") : null;

function then(request, work) {
  request.onsuccess = () => work(request.result);
}

function everyAnswered(scans, work) {
  then(scans.index("state").openCursor(inState("answered")), (cursor) => {
    if (!cursor) return;
    work(cursor);
    cursor.continue();
  });
}

/** Begin a pairing. What was answered in an earlier one is forgotten; what was not is handed over under its own name. */
export async function begin(token, kiosk) {
  await within("readwrite", [KEPT, SCANS, PAIRINGS], (kept, scans, pairings) => {
    pairings.put({ device: kiosk.id, name: kiosk.name, campaign: null, token });
    kept.put(token, "token");
    kept.put(kiosk, "kiosk");
    for (const key of ["knowledge", "learned"]) kept.delete(key);
    everyAnswered(scans, (cursor) => cursor.value.device !== kiosk.id && cursor.delete());
  });
  others?.postMessage("changed");
}

/** End the pairing with this token. Answers false where it is not the present one (any more): then nothing has changed. */
export async function end(token) {
  const ended = await within("readwrite", [KEPT], (kept, answer) => {
    then(kept.get("token"), (present) => {
      answer(present === token);
      if (present === token) kept.delete("token");
    });
  });
  if (ended) others?.postMessage("changed");
  return ended;
}

/** Keep what the present pairing was told, {knowledge, …} by name; nothing where another page has paired anew meanwhile. */
export function remember(token, told) {
  return within("readwrite", [KEPT, PAIRINGS], (kept, pairings) => {
    then(kept.get("token"), (present) => {
      if (present !== token) return;
      for (const [key, value] of Object.entries(told)) kept.put(value, key);
      const { kiosk, campaign } = told.knowledge;
      kept.put(kiosk, "kiosk");
      pairings.put({ device: kiosk.id, name: kiosk.name, campaign: campaign.id ?? null, token });
    });
  });
}

/** The pairings that hold scans which nobody has answered, each with {waiting, aside: how many; present}: the present one first. */
export function owing() {
  return within("readonly", [KEPT, SCANS, PAIRINGS], (kept, scans, pairings, answer) => {
    const found = [];
    answer(found);
    then(kept.get("token"), (present) => {
      then(pairings.getAll(), (all) => {
        for (const pairing of all) {
          const told = { ...pairing, present: Boolean(present) && pairing.token === present };
          found.push(told);
          for (const state of ["waiting", "aside"]) {
            then(scans.index("device").count(ofDevice(pairing.device, state)), (many) => (told[state] = many));
          }
        }
      });
    });
  }).then((found) => found.filter(({ waiting, aside }) => waiting || aside).sort((one, other) => other.present - one.present));
}

/** The present pairing, or null. */
export function present() {
  return within("readonly", [KEPT, PAIRINGS], (kept, pairings, answer) => {
    answer(null);
    then(kept.get("token"), (token) => {
      if (token) then(pairings.getAll(), (all) => answer(all.find((pairing) => pairing.token === token) ?? null));
    });
  });
}

/**
 * Forget the pairings that are over and have handed over all they held. Where then none is left, all is forgotten that the
 * device was told; its own numbering and its language go on.
 */
export function tidy() {
  return within("readwrite", [KEPT, SCANS, PAIRINGS], (kept, scans, pairings) => {
    then(kept.get("token"), (present) => {
      then(kept.get("burst"), (burst) => {
        then(pairings.getAll(), (all) => {
          for (const { device, token } of all) {
            if (token !== null && token === present) continue;
            then(scans.index("device").count(ofDevice(device, "aside", "waiting")), (many) => {
              if (many || burst?.device === device) return;
              pairings.delete(device);
              everyAnswered(scans, (cursor) => cursor.value.device === device && cursor.delete());
              then(pairings.count(), (left) => left || OF_A_PAIRING.forEach((key) => kept.delete(key)));
            });
          }
        });
      });
    });
  });
}

/** changed(): another page of this browser has begun or ended a pairing. */
export function watch(changed) {
  others?.addEventListener("message", changed);
}
