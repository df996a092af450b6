// The camera: frames to the decoder's worker, one at a time; the texts it reads to whoever asked.

const SHARE = 0.8; // of the shorter side: where a hand holds the code
const SIDE = 576; // pixels that the decoder sees
const PAUSE = 60; // milliseconds between two looks: quick enough, and an old tablet stays cool
const KEPT = 199; // looks whose time is remembered
const INVERT_EVERY = 4; // every so many looks also for light on dark
const REASONS = {
  NotAllowedError: "camera_denied",
  SecurityError: "camera_denied",
  NotFoundError: "camera_none",
  OverconstrainedError: "camera_none",
  NotReadableError: "camera_taken",
  AbortError: "camera_taken",
};

export class Camera {
  /**
   * video: the element to show it in; onText(text);
   * onState({state: off|starting|on, reason, cameras, facing, torch: true|false, undefined where there is none}).
   */
  constructor(video, onText, onState) {
    Object.assign(this, { video, onText, onState, facing: "environment", stream: null, worker: null, lit: false });
    this.canvas = document.createElement("canvas");
    this.canvas.width = this.canvas.height = SIDE;
    this.paint = this.canvas.getContext("2d", { willReadFrequently: true });
    this.looks = 0;
    this.starts = 0; // what belongs to an earlier start is ignored
    this.took = []; // milliseconds of the latest looks, from the frame to its answer
  }

  static possible() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  /** Whether it may start without asking the person. */
  static async allowed() {
    try {
      return (await navigator.permissions.query({ name: "camera" })).state === "granted";
    } catch {
      return false; // Firefox and older Safari do not tell
    }
  }

  async start(facing = this.facing, lit = false) {
    if (!Camera.possible()) {
      this.onState({ state: "off", reason: "camera_insecure" });
      return;
    }
    this.release();
    this.facing = facing;
    const start = this.starts;
    this.onState({ state: "starting" });
    try {
      const video = { facingMode: { ideal: facing }, width: { ideal: 1280 }, height: { ideal: 720 } };
      const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      if (start !== this.starts) {
        // Started or stopped again while the browser was asking.
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      this.stream = this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      if (start !== this.starts) return;
      this.stop(REASONS[error.name] ?? "camera_none");
      return;
    }
    if (start !== this.starts) return;
    this.stream.getVideoTracks()[0].addEventListener("ended", () => this.stop("camera_taken"));
    this.decoder();
    this.cameras = await countCameras();
    if (lit) await this.light(true);
    else this.tell();
    this.nextLook(start);
  }

  /** Turn the torch on or off, where the camera in use has one. */
  async light(torch) {
    const [track] = this.stream?.getVideoTracks() ?? [];
    try {
      if (track?.getCapabilities?.().torch) {
        await track.applyConstraints({ advanced: [{ torch }] });
        this.lit = torch;
      }
    } catch {
      this.lit = false; // some tell of a torch and then refuse it
    }
    this.tell();
  }

  tell() {
    const [track] = this.stream?.getVideoTracks() ?? [];
    if (!track) return;
    const torch = track.getCapabilities?.().torch ? this.lit : undefined;
    this.onState({ state: "on", cameras: this.cameras, facing: this.facing, torch });
  }

  stop(reason = "camera_off") {
    this.release();
    this.onState({ state: "off", reason });
  }

  /** Let go of the camera. */
  release() {
    this.starts += 1;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.lit = false;
    this.video.srcObject = null;
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

  seen(text) {
    const { starts } = this;
    this.took = [...this.took.slice(-KEPT), performance.now() - this.began];
    try {
      if (text) this.onText(text);
    } finally {
      // Whatever comes of a text, the camera looks on.
      setTimeout(() => this.nextLook(starts), PAUSE);
    }
  }

  nextLook(start) {
    if (start !== this.starts) return;
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(() => this.look(start));
    else requestAnimationFrame(() => this.look(start));
  }

  look(start) {
    if (start !== this.starts) return;
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) {
      this.nextLook(start);
      return;
    }
    this.began = performance.now();
    const side = Math.min(width, height) * SHARE;
    this.paint.drawImage(this.video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, SIDE, SIDE);
    const pixels = this.paint.getImageData(0, 0, SIDE, SIDE).data.buffer;
    const inverted = this.looks++ % INVERT_EVERY === 0;
    this.worker.postMessage({ start, pixels, side: SIDE, inverted }, [pixels]);
  }
}

async function countCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "videoinput").length;
}
