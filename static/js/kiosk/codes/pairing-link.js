// A pairing code that came as a QR code: the desk shows /kiosk/#pair=CODE. The part after # reaches no server and no log.

const FRAGMENT = /#(?:.*&)?pair=([^&]*)/i;

/**
 * The code in a text that was read or opened, or null.
 * @param {string} text
 */
export function codeIn(text) {
  const match = FRAGMENT.exec(text);
  if (!match) return null;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return null;
  }
}

/** The code in the address of this page, which is taken out of it (and of the browser's history) at once. */
export function takeFromAddress() {
  const code = codeIn(location.hash);
  if (/pair=/i.test(location.hash)) history.replaceState(history.state, "", location.pathname + location.search);
  return code;
}
