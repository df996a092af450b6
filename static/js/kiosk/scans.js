// One scan, from the moment it is made to its verdict: given an id, kept, sent, answered, shown.

import * as clock from "./clock.js";
import * as codes from "./codes.js";
import * as door from "./door.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";
import * as verdict from "./verdict.js";
import { say } from "./words.js";

const PATIENCE = 8500; // milliseconds: a little longer than one request may take

/** Codes seen lately. A code counts anew only after it has been out of sight for the guard's time. */
class Guard {
  constructor(milliseconds) {
    this.milliseconds = milliseconds;
    this.seen = new Map();
  }

  holds(key) {
    const now = performance.now();
    for (const [known, at] of this.seen) {
      if (now - at > this.milliseconds) this.seen.delete(known);
    }
    const held = this.seen.has(key);
    this.seen.set(key, now);
    return held;
  }
}

/** A random UUID, also where the page came over plain http and crypto.randomUUID is missing. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function within(milliseconds, work) {
  return Promise.race([work, new Promise((resolve) => setTimeout(resolve, milliseconds))]);
}

export class Scans {
  /** station: {token, zone, rules, groupName(key), groupKey(number)}; onChange() after every scan and answer. */
  constructor(station, onChange) {
    this.station = station;
    this.onChange = onChange;
    this.guard = new Guard(station.rules.same_code_guard_ms);
  }

  /** A text from the camera or the scanner. */
  async code(text) {
    const read = codes.read(text);
    if (this.guard.holds(read.serial ?? text)) return;
    if (door.isOpen()) {
      door.remind();
      return;
    }
    if (read.is !== "pass") {
      await this.foreign(text, read.is);
      return;
    }
    const about = { group: this.station.groupKey(read.group), holder: read.serial };
    const body = { kind: "pass", code: read.token, direction: "in" };
    if (read.purpose === codes.GROUP) {
      body.headcount = await door.ask(read.headcount, this.station.rules.max_headcount);
      if (body.headcount === null) return;
    }
    await this.submit(body, about);
  }

  /** Not one of ours: it may be a payment or an identity code, so nothing of its text goes anywhere. */
  async foreign(text, is) {
    const number = verdict.begin();
    const [word, note] = is === "venue" ? ["venue_code", "venue_code_note"] : ["not_ours", "not_ours_note"];
    verdict.show(number, "bad", { word: say(word), note: say(note) });
    const told = await codes.fingerprint(text, this.station.token);
    await this.keep({ kind: "pass", ...told }, { foreign: true });
    await outbox.send();
    this.onChange();
  }

  touch(group, headcount) {
    return this.submit({ kind: "touch", group, headcount }, { group });
  }

  undo(scan) {
    return this.submit({ kind: "undo", undoes: scan.id }, { group: null });
  }

  async keep(body, about) {
    const made = Date.now();
    const id = newId();
    const common = { id, at: clock.stamp(made), skew_ms: clock.skewNow(), shown: null };
    const record = await store.add({ id, made, about, body: { ...common, ...body } });
    this.onChange();
    return record;
  }

  async submit(body, about) {
    const number = verdict.begin();
    const { id } = await this.keep(body, about);
    await within(PATIENCE, outbox.send());
    const { answer } = await store.scan(id);
    this.onChange();
    if (!answer) {
      verdict.show(number, "kept", { word: say("kept"), note: say("kept_note") });
      return;
    }
    const group = answer.group ? this.station.groupName(answer.group) : "";
    verdict.show(number, ...verdict.worded(answer, group, this.station.zone, body.kind === "undo"));
  }
}
