// The decoder's worker: pixels in, the text of a QR code out. Served as /kiosk/reader.js with a policy of its own.

import { prepareZXingModule, readBarcodes } from "/static/vendor/zxing/reader/index.js";

// Without this the library would ask a public server for its WebAssembly.
const ready = prepareZXingModule({
  overrides: { locateFile: (/** @type {string} */ file) => `/static/vendor/zxing/${file}` },
  fireImmediately: true,
});

/** @type {import("/static/vendor/zxing/reader/index.js").ReaderOptions} */
const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };

ready.catch(() => self.postMessage({ failed: true }));

self.onmessage = async ({ data: { start, pixels, side, inverted } }) => {
  try {
    await ready;
    const image = new ImageData(new Uint8ClampedArray(pixels), side, side);
    const [symbol] = await readBarcodes(image, { ...OPTIONS, tryInvert: inverted });
    self.postMessage({ start, text: symbol?.isValid ? symbol.text : null });
  } catch {
    self.postMessage({ failed: true });
  }
};
