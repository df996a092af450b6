// The rules of the door as a device holds them by itself: the same as models/checkin/rules.py and models/ledger/visit.py as far as one
// device can know, in the same order. Pure: no screen, no network, no storage. tests/cases/door.json holds both to it.

import * as codes from "../codes/code-format.js";
import { genuine } from "../codes/pass-signature.js";

const STORED = "stored";
const REPEAT = "repeat";
const OUT = "out";

const dayFormats = new Map();

/** The day of an instant (milliseconds) in a zone, as YYYY-MM-DD. */
export function dayIn(instant, zone) {
  if (!dayFormats.has(zone)) {
    const parts = { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone };
    dayFormats.set(zone, new Intl.DateTimeFormat("en-CA", parts));
  }
  return dayFormats.get(zone).format(new Date(instant));
}

function refused(reason) {
  return { verdict: "refused", reason, flags: [], since: null };
}

function openAt(sitting, at) {
  return sitting.held && Date.parse(sitting.opens) <= at && at < Date.parse(sitting.closes);
}

/** Where scans of a sitting are measured from: its beginning, or the beginning of its day. */
function startOf(sitting) {
  return sitting.start.length > 10 ? Date.parse(sitting.start) : Date.parse(sitting.opens);
}

/** What a device needs to hand in a kind of scan; a supervisor may everything. */
export function may(kind, known) {
  const { scopes } = known.kiosk;
  return scopes.includes(kind === "tally" ? "tally" : "scan") || scopes.includes("supervisor");
}

/**
 * Whether an undo made at `at` takes out a scan: an own one within the time for it, or, by a supervisor, any at an event
 * that it serves. target: {at, own, sitting: id, or null where nobody was let in}.
 */
export function reaches(target, at, known) {
  if (target.own && at - target.at <= known.rules.undo_minutes * 60_000) return true;
  if (!known.kiosk.scopes.includes("supervisor")) return false;
  return !target.sitting || known.events.some((event) => event.occurrences.some(({ id }) => id === target.sitting));
}

/** Judge an undo. target: as for reaches, and undone: it was taken back before. */
export function decideUndo(target, at, known) {
  if (!reaches(target, at, known)) return refused("not_allowed");
  return { verdict: target.undone ? REPEAT : STORED, reason: null, flags: [], since: null, unchecked: [] };
}

/** The sitting that is open at an instant; of several, the one whose start is nearest, then the earliest. */
export function openThen(sittings, at) {
  const open = sittings.filter((sitting) => openAt(sitting, at));
  const order = (one, other) =>
    Math.abs(startOf(one) - at) - Math.abs(startOf(other) - at) || startOf(one) - startOf(other) || one.id - other.id;
  return open.sort(order)[0] ?? null;
}

/** How far an instant lies outside the hours of a sitting; zero inside. */
function distance(sitting, at) {
  return Math.max(Date.parse(sitting.opens) - at, at - Date.parse(sitting.closes), 0);
}

/** Where people are let in although nobody is sure of the time: the sitting that lies nearest, held ones first. */
function nearest(sittings, at) {
  const order = (one, other) => other.held - one.held || distance(one, at) - distance(other, at) || one.id - other.id;
  return [...sittings].sort(order)[0] ?? null;
}

/** {sitting, at, guessed}: where a scan belongs and when it was. A clock that may be wrong turns nobody away. */
function place(sittings, at, earliest) {
  const open = openThen(sittings, at);
  if (open || earliest === null) return { sitting: open, at, guessed: false };
  return { sitting: openThen(sittings, earliest) ?? nearest(sittings, earliest), at: earliest, guessed: true };
}

function byTime(one, other) {
  return one.at - other.at || (one.id < other.id ? -1 : 1);
}

/** What the rows of one holder at one sitting and day come to: the first arrival, its weight, heads inside now. */
export function derive(entries) {
  const rows = [...entries].sort(byTime);
  const arrivals = rows.filter((row) => row.direction !== OUT);
  if (!arrivals.length) return { first: null, weight: 0, inside: 0 };
  const weight = Math.max(...arrivals.map((row) => row.headcount));
  return { first: arrivals[0], weight, inside: rows.at(-1).direction === OUT ? 0 : weight };
}

function judge(entry, entries, flags) {
  const before = derive(entries);
  const told = (verdict, since = null) => ({ verdict, reason: null, flags, since });
  if (entry.direction === OUT) {
    return !before.first || before.inside ? told(STORED) : told(REPEAT, before.first.at);
  }
  if (!before.first) return told(STORED);
  const earlier = entries.filter((row) => byTime(row, entry) < 0).sort(byTime);
  if (earlier.at(-1)?.direction === OUT) flags.push("reentry");
  if (entry.headcount > before.weight) {
    flags.push("raised");
    return told(STORED);
  }
  return byTime(entry, before.first) < 0 ? told(STORED) : told(REPEAT, before.first.at);
}

/** What the server alone can know, for the sentence that the verdict carries. */
function unchecked(kind, sitting, guessed) {
  const said = [kind === "pass" && "elsewhere", sitting.capacity !== null && "capacity", guessed && "time"];
  return said.filter(Boolean);
}

async function readPass(code, known) {
  const read = codes.read(code ?? "");
  if (read.is !== "pass") return refused("unknown_code");
  const signed = await genuine(read.bytes, known.keys);
  // A code that cannot be checked is neither let in nor turned away here: it is kept, and the server decides.
  if (signed === null) return { verdict: null, reason: "unverified", flags: [], since: null };
  if (!signed) return refused("bad_signature");
  return read.campaign === known.campaign.number ? read : refused("wrong_campaign");
}

function sittingsOf(known, event) {
  const events = event ? known.events.filter((one) => one.id === event) : known.events;
  return events.flatMap((one) => one.occurrences);
}

/**
 * Judge one scan. body: as it is posted (kind, code, direction, headcount, group); at: milliseconds, corrected; earliest:
 * where the time is unsure, when it was at the earliest, else null; known: the answer of GET /api/v1/kiosk;
 * seenOf(holder): what this device has seen of a pass, all effective, [{id, at, direction, headcount, sitting, day}].
 *
 * {verdict: stored, repeat, refused, or null where only the server can tell, reason, flags, since (milliseconds),
 *  group, headcount, unchecked: of elsewhere, capacity, time, entry: what is remembered of it}
 */
export async function decide({ id, body, at: noted, earliest = null }, known, seenOf) {
  const pass = body.kind === "pass" ? await readPass(body.code, known) : null;
  if (pass && pass.is !== "pass") return pass;
  if (!may(body.kind, known)) return refused("not_allowed");
  const flags = [];
  let headcount = body.headcount ?? 1;
  if (pass) {
    headcount = pass.purpose === codes.GROUP ? (body.headcount ?? pass.headcount) : 1;
    if (pass.purpose === codes.GROUP && headcount > pass.headcount) flags.push("above_declared");
  }
  const sittings = sittingsOf(known, pass?.event);
  if (pass?.event && !sittings.length) return refused("wrong_event");
  if (pass && known.revoked.includes(pass.serial)) return refused("revoked");
  const { sitting, at, guessed } = place(sittings, noted, earliest);
  if (!sitting) return refused("not_open");
  const holder = pass?.serial ?? null;
  const day = dayIn(at, known.campaign.zone);
  const entry = { id, at, direction: body.direction ?? "in", headcount, holder, sitting: sitting.id, day };
  const seen = holder ? await seenOf(holder) : [];
  const here = seen.filter((row) => row.sitting === sitting.id && row.day === day);
  const group = pass ? (known.groups.find((one) => one.number === pass.group)?.key ?? "unknown") : body.group;
  const told = holder ? judge(entry, here, flags) : { verdict: STORED, reason: null, flags, since: null };
  return { ...told, group, headcount, unchecked: unchecked(body.kind, sitting, guessed), entry };
}
