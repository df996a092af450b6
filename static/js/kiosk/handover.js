// The queue as a file, for the day when this device never sees a network again: docs/handover.md has its format. The
// scans are one signed string in it, so that the desk knows whose they are and that nobody has changed them.

import * as clock from "./clock.js";
import { hex, hmac, sha256 } from "./digests.js";
import * as store from "./store.js";

const MINUTE = 60_000; // how long the browser may take to read the file that was made for it

/** Under the token's hash, which is all that the server keeps of the token. null over plain http. */
async function signature(scans) {
  // A device out of service still signs what it made, under the name that it had.
  const token = (await store.get("token")) ?? (await store.get("handover"));
  if (!token || !globalThis.crypto?.subtle) return null;
  return hex(await hmac(hex(await sha256(token)), scans));
}

/** What waits or was set aside, as docs/handover.md says it. */
export async function content() {
  const knowledge = await store.get("knowledge");
  const kiosk = (await store.get("kiosk")) ?? knowledge?.kiosk;
  const scans = JSON.stringify((await store.unanswered()).map((scan) => scan.body));
  return {
    format: "openweek-handover",
    version: 1,
    kiosk: kiosk ? { id: kiosk.id, name: kiosk.name } : null,
    campaign: knowledge?.campaign.id ?? null,
    skew_ms: clock.skewNow(),
    device_time: clock.stamp(Date.now()),
    scans_json: scans,
    signature: await signature(scans),
  };
}

/** Save it through the browser. Nothing leaves the queue: the server knows each scan again by its id. */
export async function save() {
  const told = await content();
  const file = new Blob([JSON.stringify(told, null, 1)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `openweek-${told.kiosk?.name ?? "kiosk"}-${told.device_time.slice(0, 19).replace(/\D/g, "")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), MINUTE);
}
