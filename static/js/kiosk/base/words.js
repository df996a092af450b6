// The texts of the app. Both languages come with the page, so switching needs no network.

import { all, byId } from "./dom.js";

const catalogues = JSON.parse(byId("words").textContent ?? "");
/** @typedef {"zh" | "en"} Language */

const TAGS = { zh: "zh-CN", en: "en" };
const A_DAY = 86_400_000; // milliseconds
/** @type {Language} */
let current = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

export function language() {
  return current;
}

/** The tag for Accept-Language and Intl: zh-CN or en. */
export function tag() {
  return TAGS[current];
}

/**
 * A sentence by its name, with its %(places)s filled.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(key, values = {}) {
  const fill = (/** @type {string} */ whole, /** @type {string} */ name) => String(values[name] ?? whole);
  return catalogues[current][key].replace(/%\((\w+)\)s/g, fill);
}

/** @param {number} count */
export function people(count) {
  return count === 1 ? say("one_person") : say("people", { count });
}

/**
 * A name in both languages, from the server: {zh, en}.
 * @param {Names} names
 */
export function localized(names) {
  return names[current] || names.zh;
}

/**
 * Change the language of everything that is marked with data-say and data-label.
 * @param {string} chosen
 */
export function setLanguage(chosen) {
  if (chosen === "zh" || chosen === "en") current = chosen;
  document.documentElement.lang = tag();
  document.title = say("title");
  for (const node of all("[data-say]")) node.textContent = say(node.dataset.say ?? "");
  for (const node of all("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label ?? ""));
  }
  const otherLanguage = byId("language-name");
  // A language is offered in its own name, so these are in no catalogue.
  otherLanguage.textContent = current === "zh" ? "English" : "中文";
  otherLanguage.lang = current === "zh" ? TAGS.en : TAGS.zh;
}

/**
 * A clock time in the campaign's zone: 09:29.
 * @param {number | string} instant
 * @param {string} zone
 */
export function clockTime(instant, zone) {
  return new Intl.DateTimeFormat(tag(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(
    new Date(instant),
  );
}

/**
 * The day of an instant in the campaign's zone, as YYYY-MM-DD.
 * @param {number | string} instant
 * @param {string} zone
 */
export function dayOf(instant, zone) {
  const parts = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone });
  return parts.format(new Date(instant));
}

/** @param {string} day */
function dayName(day) {
  // A plain day has no zone: read and written as UTC it stays the same day everywhere.
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { month: "long", day: "numeric", weekday: "short", timeZone: "UTC" };
  return new Intl.DateTimeFormat(tag(), options).format(new Date(`${day}T00:00:00Z`));
}

/**
 * Whether an occurrence belongs to the day on which it begins: also one over midnight, of a day at most.
 * @param {Occurrence} occurrence
 * @param {string} zone
 */
function inOneGo({ start, end }, zone) {
  return !end || dayOf(start, zone) === dayOf(end, zone) || Date.parse(end) - Date.parse(start) <= A_DAY;
}

/**
 * The clock times of an occurrence in one go, as in the calendar: 21:30–02:30 the next day, 00:00–24:00.
 * @param {Occurrence} occurrence
 * @param {string} zone
 */
function hours({ start, end }, zone) {
  const begins = clockTime(start, zone);
  if (!end) return begins;
  const ends = clockTime(end, zone);
  if (dayOf(start, zone) === dayOf(end, zone)) return `${begins}–${ends}`;
  return `${begins}–${ends === "00:00" ? "24:00" : say("next_day", { time: ends })}`;
}

/**
 * When an occurrence is, in words; without a clock time its half-day or "whole day".
 * @param {Occurrence} occurrence
 * @param {string} zone
 */
export function describeTime(occurrence, zone) {
  const { start, end } = occurrence;
  if (start.length === 10) {
    const days = end && end > start ? `${dayName(start)} – ${dayName(end)}` : dayName(start);
    return `${days} ${say(occurrence.half_day ?? "whole_day")}`;
  }
  const first = dayName(dayOf(start, zone));
  if (inOneGo(occurrence, zone)) return `${first} ${hours(occurrence, zone)}`;
  return `${first} ${clockTime(start, zone)} – ${dayName(dayOf(end ?? start, zone))} ${clockTime(end ?? start, zone)}`;
}

/**
 * The same where the reader knows which day it is: of what begins today the clock times alone.
 * @param {Occurrence} occurrence
 * @param {string} zone
 * @param {number} now
 */
export function describeTimeToday(occurrence, zone, now) {
  const { start } = occurrence;
  const today = start.length > 10 && occurrence.end && dayOf(start, zone) === dayOf(now, zone);
  return today && inOneGo(occurrence, zone) ? hours(occurrence, zone) : describeTime(occurrence, zone);
}

/** @param {string} day */
function shortDay(day) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { month: "short", day: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(tag(), options).format(new Date(`${day}T00:00:00Z`));
}

/**
 * The time lines of an event, as on its page: equal occurrences on days in a row are one line,
 * 11月26日—12月2日 每天 00:00–24:00.
 * @param {Occurrence[]} occurrences in the order of their days
 * @param {string} zone
 */
export function describeTimes(occurrences, zone) {
  /** @type {{first: Occurrence, last: string, hours: string}[]} */
  const lines = [];
  const latest = new Map();
  for (const occurrence of occurrences) {
    const { start, end, half_day, venue, held, capacity } = occurrence;
    const byDay = start.length === 10;
    const day = byDay ? start : dayOf(start, zone);
    const ofOneDay = byDay ? !end || end === start : inOneGo(occurrence, zone);
    const hoursText = byDay ? (half_day ? say(half_day) : "") : ofOneDay ? hours(occurrence, zone) : "";
    const key = JSON.stringify([ofOneDay || occurrence.id, hoursText, venue ?? "", held, capacity]);
    const line = latest.get(key);
    if (line && Date.parse(day) - Date.parse(line.last) === A_DAY) {
      line.last = day;
      continue;
    }
    latest.set(key, { first: occurrence, last: day, hours: hoursText });
    lines.push(latest.get(key));
  }
  return lines.map(({ first, last, hours: hoursText }) => {
    const from = first.start.length === 10 ? first.start : dayOf(first.start, zone);
    if (from === last) return describeTime(first, zone);
    return say("daily", { first: shortDay(from), last: shortDay(last), hours: hoursText }).trimEnd();
  });
}
