// Slips of attendance as signed text, read as models/codes/slips.py reads them. No network.

import { verifies } from "../kiosk/codes/pass-signature.js";

const CONTEXT = "openweek-slip\x01";
const VERSION = 1;
const SIGNATURE = 64; // bytes
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const IN_ADDRESS = /\/slip\/([a-z2-7]{160,4000})/i;
const ALONE = /^\s*([a-z2-7]{160,4000})\s*$/i;

/** @typedef {{week: string, title: string, place: string, day: string, since: string, heads: number}} Slip */

/**
 * The text of a slip in an address, a text, or the bytes of a PDF of ours as Latin-1; "" where there is none.
 * @param {string} text
 */
export function slipIn(text) {
  return (IN_ADDRESS.exec(text) ?? ALONE.exec(text))?.[1].toUpperCase() ?? "";
}

/** @param {string} text */
function bytesOf(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let count = 0;
  let place = 0;
  for (const letter of text) {
    bits = ((bits << 5) | LETTERS.indexOf(letter)) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes[place++] = (bits >> count) & 0xff;
    }
  }
  // One text a slip: bits left over at its end are not signed.
  const spare = bits & ((1 << count) - 1);
  return count < 5 && spare === 0 ? bytes : new Uint8Array();
}

/**
 * What a genuine slip says; "touched", or "unknown" where its key is not among these (by id, in base64).
 * @param {string} text
 * @param {Record<string, string>} keys
 * @returns {Promise<Slip | "touched" | "unknown">}
 */
export async function readSlip(text, keys) {
  const bytes = bytesOf(text);
  const packed = bytes.slice(0, -SIGNATURE);
  if (packed.length < 3 || packed[0] !== VERSION) return "touched";
  const key = keys[String(packed[1])];
  if (!key) return "unknown";
  const context = new TextEncoder().encode(CONTEXT);
  const message = new Uint8Array([...context, ...packed]);
  if (!(await verifies(key, bytes.slice(-SIGNATURE), message))) return "touched";
  const [, week, , title, place, day, since, heads] = JSON.parse(new TextDecoder().decode(packed.slice(2)));
  return { week, title, place, day, since, heads };
}
