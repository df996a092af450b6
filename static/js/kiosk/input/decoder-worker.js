// Worker that decodes QR codes: pixels in, text out. Served as /kiosk/reader.js with its own Content-Security-Policy.

import { prepareZXingModule, readBarcodes } from "/static/vendor/zxing/reader/index.js";

// The library's default is a public CDN.
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
