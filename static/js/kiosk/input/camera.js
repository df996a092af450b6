// The camera: frames to the decoder's worker, one at a time; the texts that it reads to the page. A camera that goes away is
// asked for again by itself. Where nothing moves for a while it looks seldom, and at once when something does.

import { MotionDetector, squareCanvas } from "./motion.js";

/**
 * @typedef {object} CameraState
 * @property {"off" | "starting" | "on"} state
 * @property {string} [reason] why it is off: the name of a sentence
 * @property {number} [cameras] how many there are
 * @property {string} [facing] environment or user
 * @property {boolean} [torch] whether it is lit; undefined where there is none
 */

const SHARE = 0.8; // of the shorter side: where the code is held
const SIDE = 576; // pixels that the decoder sees
const PAUSE = 60; // milliseconds between two looks: fast enough, and an old tablet stays cool
const MOTION_PAUSE = 200; // milliseconds between two looks for motion alone
const SELDOM = 2000; // milliseconds between two looks for a code where nothing moves
const FROZEN = 5000; // milliseconds without a frame
const AGAIN = 3000; // milliseconds between two attempts to get back a camera
const TIMES_KEPT = 199; // looks
const INVERT_EVERY = 4; // every so many looks also for inverted codes
/** @type {Record<string, string>} */
const REASONS = {
  NotAllowedError: "camera_denied",
  SecurityError: "camera_denied",
  NotFoundError: "camera_none",
  OverconstrainedError: "camera_none",
  NotReadableError: "camera_taken",
  AbortError: "camera_taken",
};
const COMES_BACK = ["camera_taken", "camera_lost", "camera_frozen"]; // asked for again by itself

export class Camera {
  idleAfter = 60_000; // milliseconds without a code and without motion

  /**
   * @param {HTMLVideoElement} video to show it in
   * @param {(text: string) => void} onText
   * @param {(state: CameraState) => void} onState
   */
  constructor(video, onText, onState) {
    this.video = video;
    this.onText = onText;
    this.onState = onState;
    this.facing = "environment";
    this.lit = false;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Worker | null} */
    this.worker = null;
    this.cameras = 0;
    this.code = squareCanvas(SIDE);
    this.motion = new MotionDetector();
    this.looks = 0;
    this.starts = 0; // what belongs to an earlier start is ignored
    /** @type {number[]} milliseconds of the latest looks, from the frame to its answer */
    this.took = [];
    this.began = 0; // when the present look began
    this.busyAt = 0; // when something moved or was read last
    /** @type {number | null} since when a frame is waited for */
    this.waiting = null;
    this.retry = 0; // timer
    this.missing = ""; // why it is off although it should be on
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.missing && this.comeBack());
  }

  static possible() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  /** Whether it may start without asking the person. */
  static async allowed() {
    try {
      return (await navigator.permissions.query({ name: "camera" })).state === "granted";
    } catch {
      return false; // not in Firefox and older Safari
    }
  }

  /** Whether it is on, or off against the will of whoever started it. */
  isWanted() {
    return this.stream !== null || this.missing !== "";
  }

  start(facing = this.facing, lit = false) {
    if (!Camera.possible()) {
      this.onState({ state: "off", reason: "camera_insecure" });
      return Promise.resolve();
    }
    this.release();
    this.onState({ state: "starting" });
    return this.open(facing, lit);
  }

  /**
   * @param {string} facing
   * @param {boolean} lit
   */
  async open(facing, lit) {
    this.facing = facing;
    const start = this.starts;
    try {
      const video = { facingMode: { ideal: facing }, width: { ideal: 1280 }, height: { ideal: 720 } };
      const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      if (start !== this.starts) {
        // Started or stopped again while the browser asked for permission.
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      this.stream = this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      if (start !== this.starts) return;
      const reason = error instanceof DOMException ? REASONS[error.name] : undefined;
      this.lose(this.missing || (reason ?? "camera_none"), lit);
      return;
    }
    if (start !== this.starts) return;
    this.missing = "";
    this.track()?.addEventListener("ended", () => start === this.starts && this.lose("camera_lost"));
    this.decoder();
    this.cameras = await countCameras();
    if (lit) await this.light(true);
    else this.tell();
    this.wake();
    this.watch(start);
    this.nextLook(start);
  }

  track() {
    return this.stream?.getVideoTracks()[0];
  }

  /** Whether the camera in use has a torch. */
  hasTorch() {
    // Missing in TypeScript's DOM types.
    return Boolean(/** @type {{torch?: boolean} | undefined} */ (this.track()?.getCapabilities?.())?.torch);
  }

  /**
   * Turn the torch on or off, where the camera in use has one.
   * @param {boolean} torch
   */
  async light(torch) {
    try {
      if (this.hasTorch()) {
        await this.track()?.applyConstraints({ advanced: [/** @type {MediaTrackConstraintSet} */ ({ torch })] });
        this.lit = torch;
      }
    } catch {
      this.lit = false; // some devices list a torch and then refuse it
    }
    this.tell();
  }

  tell() {
    if (!this.track()) return;
    const torch = this.hasTorch() ? this.lit : undefined;
    this.onState({ state: "on", cameras: this.cameras, facing: this.facing, torch });
  }

  stop(reason = "camera_off") {
    this.release();
    this.onState({ state: "off", reason });
  }

  /** Stop the stream without a message. */
  release() {
    this.starts += 1;
    clearTimeout(this.retry);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.lit = false;
    this.missing = "";
    this.waiting = null;
    this.motion.reset();
    this.video.srcObject = null;
  }

  /**
   * The camera went away: it is asked for again, now and then and whenever a device is plugged in.
   * @param {string} reason
   */
  lose(reason, lit = this.lit) {
    this.stop(reason);
    if (reason === "camera_denied") return;
    this.missing = reason;
    this.lit = lit; // as it is to be again
    if (COMES_BACK.includes(reason)) this.retry = setTimeout(() => this.comeBack(), AGAIN);
  }

  comeBack() {
    clearTimeout(this.retry);
    this.starts += 1;
    return this.open(this.facing, this.lit);
  }

  turn() {
    return this.start(this.facing === "environment" ? "user" : "environment");
  }

  decoder() {
    if (this.worker) return;
    this.worker = new Worker("/kiosk/reader.js", { type: "module" });
    this.worker.onmessage = ({ data }) => {
      if (data.failed) this.broken();
      else if (data.start === this.starts) this.seen(data.text);
    };
    this.worker.onerror = () => this.broken();
  }

  broken() {
    this.worker?.terminate();
    this.worker = null;
    this.stop("camera_broken");
  }

  /** Look at full rate again. */
  wake() {
    this.busyAt = performance.now();
  }

  isIdle() {
    return performance.now() - this.busyAt > this.idleAfter;
  }

  /** @param {string | null} text */
  seen(text) {
    const { starts } = this;
    this.took = [...this.took.slice(-TIMES_KEPT), performance.now() - this.began];
    try {
      if (text) {
        this.wake();
        this.onText(text);
      }
    } finally {
      // The camera goes on also where onText throws.
      setTimeout(() => this.nextLook(starts), this.isIdle() ? MOTION_PAUSE : PAUSE);
    }
  }

  /**
   * A stream may stay and bring no pictures any more. A hidden page gets none either.
   * @param {number} start
   */
  watch(start) {
    const timer = setInterval(() => {
      if (start !== this.starts) clearInterval(timer);
      else if (document.hidden) this.waiting &&= performance.now();
      else if (this.waiting !== null && performance.now() - this.waiting > FROZEN) this.lose("camera_frozen");
    }, FROZEN / 5);
  }

  /** @param {number} start */
  nextLook(start) {
    if (start !== this.starts) return;
    this.waiting ??= performance.now();
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(() => this.look(start));
    else requestAnimationFrame(() => this.look(start));
  }

  /** @param {number} start */
  look(start) {
    if (start !== this.starts) return;
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) {
      this.nextLook(start);
      return;
    }
    this.waiting = null;
    if (this.motion.inFrame(this.video)) this.wake();
    if (this.isIdle() && performance.now() - this.began < SELDOM) {
      setTimeout(() => this.nextLook(start), MOTION_PAUSE);
      return;
    }
    this.began = performance.now();
    const side = Math.min(width, height) * SHARE;
    this.code.drawImage(this.video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, SIDE, SIDE);
    const pixels = this.code.getImageData(0, 0, SIDE, SIDE).data.buffer;
    const inverted = this.looks++ % INVERT_EVERY === 0;
    this.worker?.postMessage({ start, pixels, side: SIDE, inverted }, [pixels]);
  }
}

async function countCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "videoinput").length;
}
