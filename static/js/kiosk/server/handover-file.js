// The queue as a file, for the day when this device never sees a network again: docs/queue-file.md has its format. The
// scans are one signed string in it, so that the desk knows whose they are and that nobody has changed them.

import * as clock from "../base/device-clock.js";
import { hex, hmac, sha256 } from "../../browser/digests.js";
import * as pairings from "../storage/pairings.js";
import * as scanQueue from "../storage/scan-queue.js";

const MOST = 8000; // scans of one file: the desk takes files of up to 4 MB
const MINUTE = 60_000; // how long the browser may take to read the file that was made for it

/**
 * Under the token's hash, which is all that the server keeps of the token. null over plain http.
 * @param {string | null} token
 * @param {string} scans
 */
async function signature(token, scans) {
  if (!token || !globalThis.crypto?.subtle) return null;
  return hex(await hmac(hex(await sha256(token)), scans));
}

/**
 * Some of what waits or was set aside of one pairing, as docs/queue-file.md says it: signed under the name that it had then.
 * @param {Pairing} pairing
 * @param {StoredScan[]} batch
 */
async function content({ device, name, campaign, token }, batch) {
  const scans = JSON.stringify(batch.map((scan) => scan.body));
  return {
    format: "openweek-handover",
    version: 1,
    kiosk: device ? { id: device, name } : null,
    campaign,
    skew_ms: clock.skewNow(),
    device_time: clock.stamp(Date.now()),
    scans_json: scans,
    signature: await signature(token, scans),
  };
}

/**
 * Save it through the browser: files for each pairing, several where one would be more than the desk takes. Nothing leaves
 * the queue: the server knows each scan by its id.
 */
export async function save(batchSize = MOST) {
  const owing = await pairings.owing();
  const present = owing.length ? null : await pairings.present();
  for (const pairing of present ? [present] : owing) {
    const scans = await scanQueue.unanswered(pairing.device);
    for (let first = 0; first < Math.max(scans.length, 1); first += batchSize) {
      saveOne(await content(pairing, scans.slice(first, first + batchSize)), first ? `-${first / batchSize + 1}` : "");
    }
  }
}

/**
 * @param {{kiosk: {name: string} | null, device_time: string}} payload
 * @param {string} part
 */
function saveOne(payload, part) {
  const file = new Blob([JSON.stringify(payload, null, 1)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `openweek-${payload.kiosk?.name ?? "kiosk"}-${payload.device_time.slice(0, 19).replace(/\D/g, "")}${part}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), MINUTE);
}
