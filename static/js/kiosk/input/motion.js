// Whether something moves before the camera: two small pictures in grey, compared cell by cell.

const SIDE = 16; // cells; each is the mean of many pixels, so that the noise of a dark picture is no motion
const CHANGE = 14; // of 255: the shadow of a hand

/** @param {number} side pixels */
export function squareCanvas(side) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
}

/**
 * The brightness of each pixel, 0 to 255.
 * @param {Uint8ClampedArray} rgba
 */
export function brightness(rgba) {
  const cells = new Uint8Array(rgba.length / 4);
  for (let cell = 0; cell < cells.length; cell += 1) {
    const [red, green, blue] = rgba.subarray(cell * 4, cell * 4 + 3);
    cells[cell] = (red * 3 + green * 6 + blue) / 10;
  }
  return cells;
}

/**
 * Whether two pictures differ. The light of a room changes slowly; what comes into view changes some cells at once.
 * @param {Uint8Array} before
 * @param {Uint8Array} after
 */
export function isMotion(before, after) {
  return after.some((cell, index) => Math.abs(cell - before[index]) >= CHANGE);
}

export class MotionDetector {
  /** @type {Uint8Array | null} the frame before */
  picture = null;
  canvas = squareCanvas(SIDE);

  /**
   * Whether anything has moved since the frame before; the first frame counts as motion.
   * @param {HTMLVideoElement} video
   */
  inFrame(video) {
    this.canvas.drawImage(video, 0, 0, SIDE, SIDE);
    const before = this.picture;
    this.picture = brightness(this.canvas.getImageData(0, 0, SIDE, SIDE).data);
    return before === null || isMotion(before, this.picture);
  }

  reset() {
    this.picture = null;
  }
}
