// The check-in rules on the device, for when the server does not answer: the same as models/checkin/rules.py and
// models/ledger/visit.py as far as one device can know, in the same order. Pure: no screen, no network, no storage.
// tests/cases/check_in.json holds both to it.

import * as codes from "../codes/code-format.js";
import { genuine } from "../codes/pass-signature.js";

/**
 * @typedef {object} UndoTarget
 * @property {number} at when it was made
 * @property {boolean} own of this device
 * @property {number | null} sitting where somebody was let in
 * @property {boolean} [undone] taken back before
 */

const STORED = "stored";
const REPEAT = "repeat";
const OUT = "out";

/** @type {Map<string, Intl.DateTimeFormat>} */
const dayFormats = new Map();

/**
 * The day of an instant (milliseconds) in a zone, as YYYY-MM-DD.
 * @param {number} instant
 * @param {string} zone
 */
export function dayIn(instant, zone) {
  let format = dayFormats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone });
    dayFormats.set(zone, format);
  }
  return format.format(new Date(instant));
}

/**
 * @param {string} reason
 * @returns {Judgement}
 */
function refused(reason) {
  return { verdict: "refused", reason, flags: [], since: null };
}

/**
 * @param {Occurrence} occurrence
 * @param {number} at
 */
function openAt(occurrence, at) {
  return occurrence.held && Date.parse(occurrence.opens) <= at && at < Date.parse(occurrence.closes);
}

/**
 * The start of an occurrence, or of its day where no clock time is known.
 * @param {Occurrence} occurrence
 */
function startOf(occurrence) {
  return occurrence.start.length > 10 ? Date.parse(occurrence.start) : Date.parse(occurrence.opens);
}

/**
 * The end of an occurrence, or of its hours where no clock time is known.
 * @param {Occurrence} occurrence
 */
function endOf(occurrence) {
  return occurrence.end && occurrence.end.length > 10 ? Date.parse(occurrence.end) : Date.parse(occurrence.closes);
}

/**
 * Whether the device's scopes allow a kind of scan; a supervisor's allow all.
 * @param {string} kind
 * @param {DeviceState} state
 */
export function may(kind, state) {
  const { scopes } = state.kiosk;
  return scopes.includes(kind === "tally" ? "tally" : "scan") || scopes.includes("supervisor");
}

/**
 * Whether an undo made at `at` takes out a scan: an own one within the time for it, or, by a supervisor, any at an event
 * that it serves. target: {at, own, sitting: id, or null for a scan that let nobody in}.
 * @param {UndoTarget} target
 * @param {number} at
 * @param {DeviceState} state
 */
export function undoReaches(target, at, state) {
  if (target.own && at - target.at <= state.rules.undo_minutes * 60_000) return true;
  if (!state.kiosk.scopes.includes("supervisor")) return false;
  return !target.sitting || state.events.some((event) => event.occurrences.some(({ id }) => id === target.sitting));
}

/**
 * Judge an undo.
 * @param {UndoTarget} target
 * @param {number} at
 * @param {DeviceState} state
 * @returns {Judgement}
 */
export function decideUndo(target, at, state) {
  if (!undoReaches(target, at, state)) return refused("not_allowed");
  return { verdict: target.undone ? REPEAT : STORED, reason: null, flags: [], since: null, unchecked: [] };
}

/**
 * The occurrence that is open at an instant; of several, the one whose start is nearest, then the earliest. Of two
 * of one event that abut, the one that runs.
 * @param {Occurrence[]} occurrences
 * @param {number} at
 * @returns {Occurrence | null}
 */
export function openThen(occurrences, at) {
  const open = occurrences.filter((occurrence) => openAt(occurrence, at));
  /**
   * @param {Occurrence} a
   * @param {Occurrence} b
   */
  const order = (a, b) =>
    Math.abs(startOf(a) - at) - Math.abs(startOf(b) - at) || startOf(a) - startOf(b) || a.id - b.id;
  const first = open.sort(order)[0] ?? null;
  if (!first || startOf(first) <= at) return first;
  /** @param {Occurrence} other */
  const runsUntilFirst = (other) => startOf(other) <= at && at < endOf(other) && endOf(other) >= startOf(first);
  return open.find((other) => other.event === first.event && runsUntilFirst(other)) ?? first;
}

/**
 * Milliseconds outside the hours of an occurrence; zero inside.
 * @param {Occurrence} occurrence
 * @param {number} at
 */
function distance(occurrence, at) {
  return Math.max(Date.parse(occurrence.opens) - at, at - Date.parse(occurrence.closes), 0);
}

/**
 * For an unsure time: the nearest occurrence, cancelled ones last.
 * @param {Occurrence[]} occurrences
 * @param {number} at
 * @returns {Occurrence | null}
 */
function nearest(occurrences, at) {
  /**
   * @param {Occurrence} a
   * @param {Occurrence} b
   */
  const order = (a, b) => Number(b.held) - Number(a.held) || distance(a, at) - distance(b, at) || a.id - b.id;
  return [...occurrences].sort(order)[0] ?? null;
}

/**
 * The occurrence of a scan and its time. With an unsure clock both are a guess; the scan is not refused.
 * @param {Occurrence[]} occurrences
 * @param {number} at
 * @param {number | null} earliest
 */
function locate(occurrences, at, earliest) {
  const open = openThen(occurrences, at);
  if (open || earliest === null) return { occurrence: open, at, guessed: false };
  return { occurrence: openThen(occurrences, earliest) ?? nearest(occurrences, earliest), at: earliest, guessed: true };
}

/**
 * @param {Entry} a
 * @param {Entry} b
 */
function byTime(a, b) {
  return a.at - b.at || (a.id < b.id ? -1 : 1);
}

/**
 * The first arrival of one holder at one occurrence and day, the largest headcount, heads inside now.
 * @param {Entry[]} entries
 */
export function derive(entries) {
  const rows = [...entries].sort(byTime);
  const arrivals = rows.filter((row) => row.direction !== OUT);
  if (!arrivals.length) return { first: null, weight: 0, inside: 0 };
  const weight = Math.max(...arrivals.map((row) => row.headcount));
  return { first: arrivals[0], weight, inside: rows.at(-1)?.direction === OUT ? 0 : weight };
}

/**
 * @param {Entry} entry
 * @param {Entry[]} entries
 * @param {string[]} flags
 */
function judge(entry, entries, flags) {
  const previous = derive(entries);
  /**
   * @param {Verdict} verdict
   * @param {number | null} [since]
   */
  const result = (verdict, since = null) => ({ verdict, reason: null, flags, since });
  if (entry.direction === OUT) {
    return !previous.first || previous.inside ? result(STORED) : result(REPEAT, previous.first.at);
  }
  if (!previous.first) return result(STORED);
  const earlier = entries.filter((row) => byTime(row, entry) < 0).sort(byTime);
  if (earlier.at(-1)?.direction === OUT) flags.push("reentry");
  if (entry.headcount > previous.weight) {
    flags.push("raised");
    return result(STORED);
  }
  return byTime(entry, previous.first) < 0 ? result(STORED) : result(REPEAT, previous.first.at);
}

/**
 * What only the server can check; the verdict names it.
 * @param {string} kind
 * @param {Occurrence} occurrence
 * @param {boolean} guessed
 * @returns {string[]}
 */
function unchecked(kind, occurrence, guessed) {
  const names = [kind === "pass" ? "elsewhere" : "", occurrence.capacity !== null ? "capacity" : "", guessed ? "time" : ""];
  return names.filter(Boolean);
}

/**
 * @param {string | undefined} code
 * @param {DeviceState} state
 * @returns {Promise<import("../codes/code-format.js").Pass | Judgement>}
 */
async function readPass(code, state) {
  const read = codes.read(code ?? "");
  if (read.is !== "pass") return refused("unknown_code");
  const signed = await genuine(read.bytes, state.keys);
  // Not checkable here: the server decides.
  if (signed === null) return { verdict: null, reason: "unverified", flags: [], since: null };
  if (!signed) return refused("bad_signature");
  return read.campaign === state.campaign.number ? read : refused("wrong_campaign");
}

/**
 * @param {DeviceState} state
 * @param {number | undefined} event
 * @param {string} [serial] of a pass
 */
function occurrencesOf(state, event, serial = "") {
  // A pass of an event that was merged belongs to the event that stands for it.
  const events = event ? state.events.filter(({ id, merged }) => id === event || merged?.includes(event)) : state.events;
  const occurrences = events.flatMap((event) => event.occurrences);
  // Who registered for one session is let in there alone. An older server does not say.
  const session = state.session_passes?.[serial];
  return session ? occurrences.filter(({ id }) => id === session) : occurrences;
}

/**
 * How many of a group are in already, by what this device has seen of it at the session that is open. event: that its pass is
 * bound to.
 * @param {Entry[]} entries
 * @param {{event?: number, serial: string}} pass
 * @param {number} at
 * @param {DeviceState} state
 */
export function insideOf(entries, { event, serial }, at, state) {
  const occurrence = openThen(occurrencesOf(state, event, serial), at);
  const day = dayIn(at, state.campaign.zone);
  return derive(entries.filter((row) => row.sitting === occurrence?.id && row.day === day)).inside;
}

/**
 * Judge one scan made at `at` (milliseconds, corrected), or where the time is unsure at `earliest` at the earliest. The verdict
 * is null where only the server can decide; `unchecked` names what it alone knows: elsewhere, capacity, time.
 * @param {{id: string, body: ScanBody, at: number, earliest?: number | null}} scan
 * @param {DeviceState} state
 * @param {(holder: string) => Entry[] | Promise<Entry[]>} seenOf what this device has seen of a pass and what counts of it
 * @returns {Promise<Judgement>}
 */
export async function decide({ id, body, at: noted, earliest = null }, state, seenOf) {
  const pass = body.kind === "pass" ? await readPass(body.code, state) : null;
  if (pass && !("is" in pass)) return pass;
  if (!may(body.kind, state)) return refused("not_allowed");
  /** @type {string[]} */
  const flags = [];
  let headcount = body.headcount ?? 1;
  if (pass) {
    headcount = pass.purpose === codes.GROUP ? (body.headcount ?? pass.headcount) : 1;
    if (pass.purpose === codes.GROUP && headcount > pass.headcount) flags.push("above_declared");
  }
  const occurrences = occurrencesOf(state, pass?.event, pass?.serial);
  if (pass?.event && !occurrences.length) return refused("wrong_event");
  if (pass && state.revoked.includes(pass.serial)) return refused("revoked");
  const { occurrence, at, guessed } = locate(occurrences, noted, earliest);
  if (!occurrence) return refused("not_open");
  const holder = pass?.serial ?? null;
  const day = dayIn(at, state.campaign.zone);
  /** @type {Entry} */
  const entry = { id, at, direction: body.direction ?? "in", headcount, holder, sitting: occurrence.id, day };
  const entries = holder ? await seenOf(holder) : [];
  const sameDay = entries.filter((row) => row.sitting === occurrence.id && row.day === day);
  const group = pass ? (state.groups.find(({ number }) => number === pass.group)?.key ?? "unknown") : body.group;
  const anonymous = { verdict: /** @type {Verdict} */ (STORED), reason: null, flags, since: null };
  const result = holder ? judge(entry, sameDay, flags) : anonymous;
  return { ...result, group, headcount, unchecked: unchecked(body.kind, occurrence, guessed), entry };
}
