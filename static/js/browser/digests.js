// Hashes by the browser's own cryptography. Only where the page came over https or from this machine: ask first.

const text = new TextEncoder();

/** @param {Uint8Array} bytes */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * 32 bytes over a text.
 * @param {string} message
 */
export async function sha256(message) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", text.encode(message)));
}

/**
 * HMAC-SHA-256 of a text under a text: 32 bytes.
 * @param {string} secret
 * @param {string} message
 */
export async function hmac(secret, message) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", text.encode(secret), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(message)));
}
