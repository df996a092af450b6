// Whether a pass, or a slip of attendance, was signed by us: WebCrypto where it knows Ed25519, else @noble/ed25519. No network.

const CONTEXT = "openweek-pass\x01";
const PAYLOAD = 16;
const BROKEN = ["NotSupportedError", "SyntaxError"]; // what browsers without Ed25519 throw
/** @type {Map<string, CryptoKey>} */
const imported = new Map(); // public key in base64 → CryptoKey

/** @param {string} base64 */
function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/**
 * @param {string} publicKey
 * @param {BufferSource} signature
 * @param {BufferSource} message
 */
async function byBrowser(publicKey, signature, message) {
  if (!imported.has(publicKey)) {
    imported.set(publicKey, await crypto.subtle.importKey("raw", bytesOf(publicKey), { name: "Ed25519" }, false, ["verify"]));
  }
  return crypto.subtle.verify({ name: "Ed25519" }, /** @type {CryptoKey} */ (imported.get(publicKey)), signature, message);
}

/**
 * @param {string} publicKey
 * @param {Uint8Array} signature
 * @param {Uint8Array} message
 */
async function byLibrary(publicKey, signature, message) {
  const { verifyAsync } = await import("/static/vendor/noble-ed25519/index.js");
  // As strict as RFC 8032, so that device and server say the same of every code.
  return verifyAsync(signature, message, bytesOf(publicKey), { zip215: false });
}

/**
 * true, false, or null where it cannot be checked: a page over plain http has no WebCrypto, and a key that this device has
 * not learned may be newer than what it knows. bytes: the 80 bytes of a pass; keys: {id: {algorithm, public}}.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Record<string, PublicKey>} keys
 */
export async function genuine(bytes, keys) {
  const key = keys[String(bytes[1])];
  if (key?.algorithm !== "ed25519" || !globalThis.crypto?.subtle) return null;
  const context = new TextEncoder().encode(CONTEXT);
  const message = new Uint8Array(context.length + PAYLOAD);
  message.set(context);
  message.set(bytes.subarray(0, PAYLOAD), context.length);
  return verifies(key.public, bytes.subarray(PAYLOAD), message);
}

/**
 * @param {string} publicKey
 * @param {Uint8Array<ArrayBuffer>} signature
 * @param {Uint8Array<ArrayBuffer>} message
 */
export async function verifies(publicKey, signature, message) {
  try {
    return await byBrowser(publicKey, signature, message);
  } catch (error) {
    if (!(error instanceof Error) || !BROKEN.includes(error.name)) throw error;
    return byLibrary(publicKey, signature, message);
  }
}
