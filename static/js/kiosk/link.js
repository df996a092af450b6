// A pairing code that came as a QR code: the desk shows /kiosk/#pair=CODE. The part after # reaches no server and no log.

const FRAGMENT = /#(?:.*&)?pair=([^&]*)/i;

/** The code in a text that was read or opened, or null. */
export function codeIn(text) {
  const found = FRAGMENT.exec(text);
  return found ? decodeURIComponent(found[1]) : null;
}

/** The code in the address of this page, which is taken out of it (and of the browser's history) at once. */
export function takeFromAddress() {
  let code = null;
  try {
    code = codeIn(location.hash);
  } catch {
    // An address that somebody typed wrongly holds no code.
  }
  if (/pair=/i.test(location.hash)) history.replaceState(history.state, "", location.pathname + location.search);
  return code;
}
