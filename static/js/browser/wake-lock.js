// Keep the screen lit while the kiosk is open; browsers let go of it whenever the page was hidden.

let enabled = false;

async function take() {
  if (!enabled || document.hidden || !navigator.wakeLock) return;
  try {
    await navigator.wakeLock.request("screen");
  } catch {
    // A low battery refuses it; the kiosk works on, and the next look at the page asks again.
  }
}

export function stayAwake() {
  if (!enabled) document.addEventListener("visibilitychange", take);
  enabled = true;
  take();
}
