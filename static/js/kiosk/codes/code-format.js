// The kind of a scanned text by its shape alone: no database, no network, no signature. The server checks again.

import { hex, hmac } from "../../browser/digests.js";

/**
 * @typedef {object} Pass what the code of a pass says
 * @property {"pass"} is
 * @property {string} token
 * @property {Uint8Array<ArrayBuffer>} bytes 80
 * @property {number} purpose
 * @property {number} keyId
 * @property {number} campaign
 * @property {number} group
 * @property {number} headcount
 * @property {number} event
 * @property {string} serial 10 hex digits
 */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const VERSION = 1;
export const PASS_CHARACTERS = 128;
const VENUE_CHARACTERS = { short: 24, long: 40 }; // with a short or a long MAC, by the key of the installation
export const SINGLE = 1;
export const GROUP = 2;
export const TAKEN = 3;

/**
 * The last path segment, upper-cased, without query or trailing slash: all that is read of a text.
 * @param {string} text
 */
function lastSegment(text) {
  const path = text.normalize("NFKC").trim().split(/[?#]/, 1)[0].replace(/\/+$/, "");
  return path.slice(path.lastIndexOf("/") + 1).toUpperCase();
}

/**
 * For whoever typed it: how many characters the code has, and those (three at most) that are in no code.
 * @param {string} text
 */
export function shapeOf(text) {
  const token = lastSegment(text);
  const strange = [...new Set(token)].filter((letter) => !ALPHABET.includes(letter));
  return { length: token.length, strange: strange.slice(0, 3).join(" ") };
}

/** @param {string} token */
function decode(token) {
  const bytes = new Uint8Array(Math.floor((token.length * 5) / 8));
  let buffer = 0;
  let bits = 0;
  let index = 0;
  for (const letter of token) {
    buffer = ((buffer << 5) | ALPHABET.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[index++] = (buffer >> bits) & 0xff;
    }
  }
  return bytes;
}

/**
 * A pass, a venue code, or something else.
 * @param {string} text
 * @returns {Pass | {is: "venue"} | {is: "foreign"}}
 */
export function read(text) {
  const token = lastSegment(text);
  if (!/^[A-Z2-7]+$/.test(token)) return { is: "foreign" };
  const bytes = decode(token);
  const [version, purpose] = [bytes[0] >> 4, bytes[0] & 15];
  if (version !== VERSION) return { is: "foreign" };
  if (Object.values(VENUE_CHARACTERS).includes(token.length) && (purpose === 5 || purpose === 6)) return { is: "venue" };
  if (token.length !== PASS_CHARACTERS || ![SINGLE, GROUP, TAKEN].includes(purpose)) return { is: "foreign" };
  const view = new DataView(bytes.buffer);
  return {
    is: "pass",
    token,
    bytes,
    purpose,
    keyId: bytes[1],
    campaign: view.getUint16(2),
    group: bytes[4],
    headcount: view.getUint16(5),
    event: view.getUint32(7),
    serial: hex(bytes.subarray(11, 16)),
  };
}

/**
 * Whether a text is a code of ours as it stands, with no character missing.
 * @param {string} text
 */
export function isWhole(text) {
  return read(text).is !== "foreign";
}

/**
 * Whether a whole code may be the beginning of a longer one: a venue code with a short MAC, of one with a long MAC.
 * @param {string} text
 * @param {string} character the next one
 */
export function mayGoOn(text, character) {
  return lastSegment(text).length === VENUE_CHARACTERS.short && ALPHABET.includes(character.toUpperCase());
}

/**
 * All that is sent of a foreign text: its length and a hash under a key that only this device has.
 * Without crypto.subtle (plain http) there is no hash, and still never the text.
 * @param {string} text
 * @param {string} secret
 */
export async function fingerprint(text, secret) {
  /** @type {{code_length: number, code_hash?: string}} */
  const body = { code_length: text.length };
  if (globalThis.crypto?.subtle) body.code_hash = hex(await hmac(secret, text));
  return body;
}
