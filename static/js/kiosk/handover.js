// The queue as a file, for the day when this device never sees a network again. Its shape is the body of
// POST /api/v1/scans, with the device's name before it; the text of a foreign code is in neither.

import * as clock from "./clock.js";
import * as store from "./store.js";

const MINUTE = 60_000; // how long the browser may take to read the file that was made for it

/** What waits or was set aside: {kiosk, campaign, skew_ms, device_time, scans: [as they would be posted]}. */
export async function content() {
  const knowledge = await store.get("knowledge");
  const scans = await store.unanswered();
  return {
    kiosk: knowledge?.kiosk ?? null,
    campaign: knowledge?.campaign.id ?? null,
    skew_ms: clock.skewNow(),
    device_time: clock.stamp(Date.now()),
    scans: scans.map((scan) => scan.body),
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
