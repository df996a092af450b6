// The queue as a file, for a device that will not be online again; docs/queue-file.md has its format. The scans and the clock are
// one signed string, so that the server can check whose they are and that they are unchanged.

import * as clock from "../base/device-clock.js";
import { hex, hmac, sha256 } from "../../browser/digests.js";
import * as pairings from "../storage/pairings.js";
import * as scanQueue from "../storage/scan-queue.js";

const MOST = 8000; // scans of one file: the desk takes files of up to 4 MB
const MINUTE = 60_000; // time for the browser to read the file

/**
 * HMAC under the token's hash, which is what the server stores of the token. null over plain http (no crypto.subtle).
 * @param {string | null} token
 * @param {string} text
 */
async function signature(token, text) {
  if (!token || !globalThis.crypto?.subtle) return null;
  return hex(await hmac(hex(await sha256(token)), text));
}

/**
 * A part of the queue of one pairing in the format of docs/queue-file.md.
 * @param {Pairing} pairing
 * @param {StoredScan[]} batch
 */
async function content({ device, name, campaign, token }, batch) {
  const saved = clock.stamp(Date.now());
  const signed = JSON.stringify({ skew_ms: clock.skewNow(), device_time: saved, scans: batch.map((scan) => scan.body) });
  return {
    format: "openweek-handover",
    version: 2,
    kiosk: device ? { id: device, name } : null,
    campaign,
    device_time: saved,
    content_json: signed,
    signature: await signature(token, signed),
  };
}

/**
 * Download the queue: one file per pairing, or several where it exceeds the upload limit. The queue stays as it is; the server
 * recognizes scans by id.
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
