// Keep the screen lit while the kiosk is open; browsers let go of it whenever the page was hidden.

let wanted = false;

async function take() {
  if (!wanted || document.hidden || !navigator.wakeLock) return;
  try {
    await navigator.wakeLock.request("screen");
  } catch {
    // A low battery refuses it; the kiosk works on, and the next look at the page asks again.
  }
}

export function stayAwake() {
  if (!wanted) document.addEventListener("visibilitychange", take);
  wanted = true;
  take();
}
