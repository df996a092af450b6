// What the charts of a page are of: the week, the region or sector, the time of the figures. Where the page is kept fresh that
// is the time of its last update.

/** What a saved chart says of itself, and what its file is called. */
export function chartSource() {
  const source = /** @type {HTMLElement | null} */ (document.querySelector("[data-chart-source]"));
  if (!source) {
    return { words: [], file: "figures" };
  }
  const { at, zone, asOf = "", file = "figures", live } = source.dataset;
  const updated = /** @type {HTMLTimeElement | null} */ (live === undefined ? null : document.querySelector("[data-updated]"));
  const moment = new Date(updated?.dateTime ?? at ?? "");
  const isChinese = document.documentElement.lang.startsWith("zh");
  const day = { timeZone: zone, year: "numeric", month: isChinese ? "long" : "short", day: "numeric" };
  const clock = { timeZone: zone, hour: "2-digit", minute: "2-digit" };
  const form = (/** @type {object} */ options) => new Intl.DateTimeFormat(isChinese ? "zh-CN" : "en-GB", options).format(moment);
  // 2024-04-20 09:30:05, in the zone of the week
  const stamp = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(moment);
  const words = [...(source.textContent ?? "").split(" · "), asOf.replace("…", `${form(day)} ${form(clock)}`)];
  return {
    words: words.map((word) => word.trim()),
    file: `${file}-${stamp.replaceAll(/[-:]/g, "").replace(" ", "-")}`,
  };
}
