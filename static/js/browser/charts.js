// Saves a chart of the page as SVG or PNG: with its colours and letters written into it, on the page's own ground.

import { WIDE, barsDrawing, columnsDrawing, courseDrawing, sheet, tableDrawing, tilesDrawing } from "./chart-drawings.js";
import { chartSource } from "./chart-source.js";

const SCALE = 2; // pixels a unit of the drawing
const MARGIN = 24;
const HEADING = 64; // room of the card's heading, and of the letters that stand above a drawing
// The letters' size is the drawing's own: a narrow page shows them larger than a file needs.
const WRITTEN = [
  "fill",
  "fill-opacity",
  "font-family",
  "font-weight",
  "paint-order",
  "stroke",
  "stroke-linejoin",
  "stroke-width",
  "text-anchor",
];
const PARTS = "rect, text, path, circle, polyline, polygon";

/**
 * The drawing itself below the heading of its card.
 * @param {SVGSVGElement} chart
 */
function standalone(chart) {
  const copy = /** @type {SVGSVGElement} */ (chart.cloneNode(true));
  const parts = [...chart.querySelectorAll(PARTS)];
  for (const [number, part] of [...copy.querySelectorAll(PARTS)].entries()) {
    const style = getComputedStyle(parts[number]);
    for (const name of WRITTEN) {
      part.setAttribute(name, style.getPropertyValue(name));
    }
  }
  const { x, y, width, height } = chart.viewBox.baseVal;
  const wide = WIDE - 2 * MARGIN;
  const high = (wide * height) / width;
  const inside = { width: wide, height: high, x: MARGIN, y: HEADING, viewBox: `${x} ${y} ${width} ${height}` };
  for (const [name, value] of Object.entries(inside)) {
    copy.setAttribute(name, String(value));
  }
  const drawing = sheet(chart, high + HEADING + MARGIN / 2);
  drawing.append(copy);
  return drawing;
}

/** @param {Element} chart */
function drawingOf(chart) {
  if (chart instanceof HTMLTableElement) {
    return tableDrawing(chart);
  }
  if (chart instanceof SVGSVGElement) {
    return chart.matches(".course") ? courseDrawing(chart) : standalone(chart);
  }
  if (chart.matches(".tiles")) {
    return tilesDrawing(chart);
  }
  return chart.matches(".columns") ? columnsDrawing(chart) : barsDrawing(chart);
}

/**
 * @param {string} address
 * @param {string} name
 */
function save(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

/**
 * @param {SVGSVGElement} drawing
 * @param {string} name
 * @param {string} kind
 */
async function saveDrawing(drawing, name, kind) {
  const text = new XMLSerializer().serializeToString(drawing);
  const address = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  if (kind === "svg") {
    save(address, `${name}.svg`);
    return;
  }
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Number(drawing.getAttribute("width")) * SCALE;
  canvas.height = Number(drawing.getAttribute("height")) * SCALE;
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  save(canvas.toDataURL("image/png"), `${name}.png`);
}

// The charts are drawn anew as figures come, so the document listens for all of them.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-save]") : null;
  const chart = button && document.getElementById(button.getAttribute("data-save") ?? "");
  if (button && chart) {
    const name = `${chartSource().file}-${chart.id.replace("chart-", "")}`;
    void saveDrawing(drawingOf(chart), name, button.getAttribute("data-kind") ?? "svg");
  }
});
document.documentElement.classList.add("has-charts");
