// One scan from input to verdict: judge it by the offline rules, store it, send it, show the server's verdict. Where the server
// does not answer in time, the device shows its own verdict and names what is unchecked.

import * as clock from "../base/device-clock.js";
import * as codes from "../codes/code-format.js";
import * as groupCount from "./group-count.js";
import * as connection from "./connection.js";
import * as question from "./question.js";
import * as outbox from "../server/outbox.js";
import { decide, decideUndo, insideOf } from "./offline-rules.js";
import { failureSentence } from "../storage/failure.js";
import * as store from "../storage/scan-store.js";
import * as verdict from "./verdict.js";
import { say } from "../base/words.js";

/** @typedef {Pick<ScanBody, "kind"> & Partial<ScanBody>} UnmadeBody a scan that has no id and no time yet */
/** @typedef {Omit<About, "entry">} Remembered what is known of a scan before it is judged */

const PATIENCE = 1500; // milliseconds to wait for the server before the device decides

/** Codes read lately. A code is read anew only after it has been out of sight for some time. */
class RepeatFilter {
  /** @param {number} milliseconds */
  constructor(milliseconds) {
    this.milliseconds = milliseconds;
    /** @type {Map<string, number>} code → when it was in sight last */
    this.lastSight = new Map();
  }

  /**
   * Whether a code was read already and has been in sight since; renews it then.
   * @param {string} key
   */
  renew(key) {
    const now = performance.now();
    for (const [code, at] of this.lastSight) {
      if (now - at > this.milliseconds) this.lastSight.delete(code);
    }
    const isRepeat = this.lastSight.has(key);
    if (isRepeat) this.lastSight.set(key, now);
    return isRepeat;
  }

  /** @param {string} key */
  add(key) {
    this.lastSight.set(key, performance.now());
  }

  /** @param {string} key */
  remove(key) {
    this.lastSight.delete(key);
  }
}

/** A random UUID, also where the page came over plain http and crypto.randomUUID is missing. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * When it was made, in milliseconds of true time as far as the device knew it.
 * @param {Pick<NewScan, "made" | "body">} scan
 */
export function trueTimeOf({ made: madeAt, body }) {
  return madeAt - (body.skew_ms ?? 0);
}

/** @param {StoredScan | {id: string, at: number, sitting: number | null}} target */
function asTarget(target) {
  if (!("body" in target)) return { ...target, own: false };
  return { at: trueTimeOf(target), own: true, sitting: target.about.entry?.sitting ?? null, undone: Boolean(target.undone) };
}

/**
 * @param {number} milliseconds
 * @param {Promise<unknown>} work
 */
function within(milliseconds, work) {
  return Promise.race([work, new Promise((resolve) => setTimeout(resolve, milliseconds))]);
}

/** A scan begins: nobody has to answer the question after the one before. */
function begin() {
  question.close();
  return verdict.begin();
}

/**
 * A scan that could not be stored is no check-in: shown instead of its verdict.
 * @template T
 * @param {number} number
 * @param {Promise<T>} work
 */
function orShowFailure(number, work) {
  return work.catch((error) => {
    verdict.show(number, "bad", { word: say("refused"), note: say(failureSentence(error)) });
    throw error;
  });
}

/**
 * The headcount of a group's last arrival.
 * @param {Entry[]} entries
 */
function lastCount(entries) {
  const arrivals = entries.filter(({ direction }) => direction !== "out");
  return arrivals.sort((a, b) => a.at - b.at).at(-1)?.headcount;
}

export class Scans {
  /**
   * onChange() is called after every scan.
   * @param {ScanContext} context
   * @param {() => void} onChange
   */
  constructor(context, onChange) {
    this.context = context;
    this.onChange = onChange;
    this.repeats = new RepeatFilter(context.rules.same_code_guard_ms);
  }

  /**
   * A text from the camera or the scanner.
   * @param {string} text
   */
  async code(text) {
    const read = codes.read(text);
    const key = read.is === "pass" ? read.serial : text;
    if (this.repeats.renew(key)) return;
    if (groupCount.isOpen()) {
      groupCount.remind(); // not added to repeats: it is read once the dialog has closed
      return;
    }
    this.repeats.add(key);
    if (read.is !== "pass") {
      await this.foreign(text, read.is);
      return;
    }
    const { direction } = this.context;
    const about = { group: this.context.groupKey(read.group), holder: read.serial };
    /** @type {UnmadeBody} */
    const body = { kind: "pass", code: read.token, direction };
    // A group leaves as a whole; the headcount is asked on arrival.
    if (read.purpose === codes.GROUP && direction === "in") {
      const entries = await store.entriesOf(read.serial);
      if (groupCount.isOpen()) {
        this.repeats.remove(key);
        groupCount.remind();
        return;
      }
      const headcount = await groupCount.ask({
        declared: read.headcount,
        inside: insideOf(entries, read, clock.trueTime(), this.context.state),
        likely: lastCount(entries) ?? read.headcount,
        limit: this.context.rules.max_headcount,
      });
      if (headcount === null) return;
      body.headcount = headcount;
    }
    await this.submit(body, about);
  }

  /**
   * Not one of our codes. It may be a payment or identity code, so its text is neither stored nor sent.
   * @param {string} text
   * @param {string} is
   */
  async foreign(text, is) {
    const number = begin();
    const [word, note] = is === "venue" ? ["venue_code", "venue_code_note"] : ["not_ours", "not_ours_note"];
    verdict.show(number, "bad", { word: say(word), note: say(note) });
    const fingerprint = await codes.fingerprint(text, this.context.token);
    const about = { group: null, foreign: true, entry: null, flags: [] };
    await this.keep(this.newScan({ kind: "pass", ...fingerprint }), about, "refused");
    outbox.nudge();
    this.onChange();
  }

  /**
   * @param {string} group
   * @param {number} headcount
   */
  touch(group, headcount) {
    return this.submit({ kind: "touch", group, headcount }, { group });
  }

  /**
   * Undo a scan. target: a stored one of this device, or {id, at, sitting} of another's.
   * @param {StoredScan} target
   */
  async undo(target) {
    const scan = this.newScan({ kind: "undo", undoes: target.id });
    const judged = decideUndo(asTarget(target), trueTimeOf(scan), this.context.state);
    await this.answer(begin(), scan, { group: null }, judged, "body" in target ? target : null);
  }

  /**
   * @param {UnmadeBody} body
   * @param {Remembered} about
   */
  async submit(body, about) {
    const number = begin();
    const scan = this.newScan(body);
    await this.answer(number, scan, about, await orShowFailure(number, this.judge(scan)));
  }

  /** @param {NewScan} scan */
  judge(scan) {
    const { id, body, unsure } = scan;
    return decide({ id, body, at: trueTimeOf(scan), earliest: unsure?.earliest ?? null }, this.context.state, store.entriesOf);
  }

  /**
   * A scan as it is posted, with its id and the device's clock at this moment.
   * @param {UnmadeBody} body
   * @returns {NewScan}
   */
  newScan(body) {
    const madeAt = Date.now();
    const id = newId();
    const unsure = clock.doubt();
    const posted = { id, at: clock.stamp(madeAt), skew_ms: clock.skewNow(), shown: null, ...body };
    return { id, device: this.context.device, made: madeAt, unsure, body: posted };
  }

  /**
   * Store it, with strict durability, before a verdict is shown.
   * @param {NewScan} scan
   * @param {About} about
   * @param {Verdict | null} shown
   */
  keep({ id, device, made, unsure, body }, about, shown) {
    return store.add({ id, device, made, unsure, about, body: store.asShown(body, shown, about) });
  }

  /**
   * Store and send a scan, and show the server's verdict where it answers in time, else this device's.
   * @param {number} number
   * @param {NewScan} scan
   * @param {Remembered} about
   * @param {Judgement} judged
   * @param {StoredScan | null} target of an undo, where this device has it
   */
  async answer(number, scan, about, judged, target = null) {
    const remembered = { ...about, entry: judged.entry ?? null, flags: judged.flags };
    const live = connection.isOnline() && navigator.onLine !== false && !outbox.pausing(scan.device);
    await orShowFailure(number, this.keep(scan, remembered, live ? null : judged.verdict));
    const own = { ...judged, own: true };
    /** @type {Answer & {own?: boolean}} */
    let answer = own;
    /** @type {unknown} */
    let failure = null;
    if (live) {
      try {
        await within(PATIENCE, outbox.sendInTime());
        const stored = await store.scan(scan.id);
        answer = stored.answer ?? (await store.recordShown(scan.id, judged.verdict)).answer ?? own;
      } catch (error) {
        // The scan is stored and may have been sent, but its verdict could not be stored: promise nothing.
        answer = { ...own, verdict: null, reason: "undecided" };
        failure = error;
      }
    }
    const group = answer.group ? this.context.groupName(answer.group) : "";
    const taken = target && verdict.takenBack(target, this.context.groupName);
    const [kind, words] = verdict.describe(answer, group, this.context.zone, scan.body, taken);
    if (verdict.show(number, kind, words) && kind === "good" && answer.verdict === "stored") {
      question.offer(scan.id, judged.entry?.sitting, this.context.token);
    }
    this.onChange();
    if (!live) outbox.nudge();
    if (failure) throw failure;
  }
}
