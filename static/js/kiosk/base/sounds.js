// Sounds and vibration. They differ in pitch, number and length, so that staff need not look.

/** @typedef {"good" | "out" | "again" | "undone" | "bad" | "tick"} Signal */

/** @type {Record<Signal, number[][]>} pitch, start and length of each tone */
const TONES = {
  good: [[880, 0, 0.09], [1320, 0.1, 0.14]],
  out: [[880, 0, 0.09], [587, 0.1, 0.18]],
  again: [[660, 0, 0.22]],
  undone: [[494, 0, 0.09], [370, 0.1, 0.14]],
  bad: [[196, 0, 0.18], [196, 0.24, 0.28]],
  tick: [[1175, 0, 0.05]],
};
/** @type {Record<Signal, number[]>} */
const BUZZ = { good: [60], out: [60, 30, 60], tick: [15], again: [40, 60, 40], undone: [20, 40, 20], bad: [220, 80, 220] };

/** @type {AudioContext | null} */
let context = null;
let on = true;

/** @param {boolean} enabled */
export function setSound(enabled) {
  on = enabled;
}

export function soundIsOn() {
  return on;
}

/** Browsers allow sound only after a touch or a key: call it from such an event. */
export function unlock() {
  const Context = globalThis.AudioContext ?? /** @type {any} */ (globalThis).webkitAudioContext;
  if (!Context) return;
  context ??= new Context();
  if (context?.state === "suspended") context.resume().catch(() => {});
}

/**
 * @param {AudioContext} context
 * @param {number[]} part
 * @param {Signal} kind
 */
function tone(context, [pitch, after, length], kind) {
  const start = context.currentTime + after;
  const voice = context.createOscillator();
  const volume = context.createGain();
  voice.type = kind === "bad" ? "square" : "sine";
  voice.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(kind === "bad" ? 0.12 : 0.35, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + length);
  voice.connect(volume).connect(context.destination);
  voice.start(start);
  voice.stop(start + length + 0.02);
}

/**
 * @param {Signal} kind
 */
export function signal(kind) {
  navigator.vibrate?.(BUZZ[kind]);
  if (!on || context?.state !== "running") return;
  for (const part of TONES[kind]) tone(context, part, kind);
}
