// Drawings of what the page shows with its own letters around it: tables, bars, columns, the course of a day.

import { chartSource } from "./chart-source.js";

const SVG = "http://www.w3.org/2000/svg";
export const WIDE = 1000;
const ROW = 34;
const PAD = 24;
const BAR_ROW = 48;
const NAMES = 240; // room of the rows' names, at least
const GAP = 8;
const NOTE_LINE = 20; // room of a line of what stands below a drawing

/** @param {Element} element */
const text = (element) => element.textContent?.replace(/\s+/g, " ").trim() ?? "";

/**
 * @param {Element} parent
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [words]
 */
export function add(parent, name, attributes, words) {
  const part = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    part.setAttribute(key, String(value));
  }
  if (words !== undefined) {
    part.textContent = words;
  }
  parent.append(part);
  return part;
}

/** @param {Element} chart */
const frameOf = (chart) => chart.closest(".card") ?? chart.closest("section") ?? document.body;

/**
 * The colour that a chart stands on.
 * @param {Element} chart
 */
export const groundOf = (chart) => getComputedStyle(chart.closest(".card") ?? document.body).backgroundColor;

/**
 * An empty drawing with the heading of the chart's card, in the card's own colours and letters, and below `high` the week, the
 * region and the time of the figures.
 * @param {Element} chart
 * @param {number} high
 * @param {number} [wide]
 */
export function sheet(chart, high, wide = WIDE) {
  const card = frameOf(chart);
  const style = getComputedStyle(card);
  const drawing = document.createElementNS(SVG, "svg");
  const notes = linesOf(chartSource().words, style.fontFamily, wide - 2 * PAD);
  const size = { width: wide, height: high + notes.length * NOTE_LINE + (notes.length ? GAP : 0) };
  for (const [key, value] of Object.entries({ ...size, viewBox: `0 0 ${wide} ${size.height}` })) {
    drawing.setAttribute(key, String(value));
  }
  drawing.setAttribute("font-family", style.fontFamily);
  drawing.setAttribute("fill", style.color);
  add(drawing, "rect", { ...size, fill: groundOf(chart) });
  const heading = card.querySelector("h2");
  if (heading) {
    add(drawing, "text", { "x": PAD, "y": 36, "font-size": 20, "font-weight": 700 }, heading.innerText.trim());
  }
  for (const [place, line] of notes.entries()) {
    add(drawing, "text", { "x": PAD, "y": high + place * NOTE_LINE + 12, "font-size": 13, "fill-opacity": 0.8 }, line);
  }
  return drawing;
}

/**
 * How wide the words of a cell can be at most, in units of the drawing.
 * @param {string} words
 * @param {string} family
 */
function widthOf(words, family) {
  const pencil = document.createElement("canvas").getContext("2d");
  if (!pencil) {
    return 14 * words.length;
  }
  pencil.font = `700 14px ${family}`;
  return pencil.measureText(words).width;
}

/**
 * The words one behind the other, as many as fit into a line of 13 units.
 * @param {string[]} words
 * @param {string} family
 * @param {number} wide
 */
function linesOf(words, family, wide) {
  /** @type {string[]} */
  const lines = [];
  for (const word of words) {
    const longer = lines.length ? `${lines[lines.length - 1]} · ${word}` : word;
    if (lines.length && widthOf(longer, family) <= wide) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/**
 * Each cell with its shade and its number; the names of the rows on the left.
 * @param {HTMLTableElement} table
 */
export function tableDrawing(table) {
  const rows = [...table.rows];
  const columns = Math.max(1, rows[0].cells.length - 1);
  const family = getComputedStyle(table).fontFamily;
  const widest = (/** @type {HTMLTableCellElement[]} */ cells) => Math.max(...cells.map((cell) => widthOf(text(cell), family)));
  const names = Math.max(NAMES, widest(rows.map((row) => row.cells[0])) + GAP);
  const numbers = widest(rows.flatMap((row) => [...row.cells].slice(1))) + 2 * GAP;
  const step = Math.max((WIDE - 2 * PAD - names) / columns, numbers);
  const drawing = sheet(table, 60 + rows.length * ROW + PAD / 2, 2 * PAD + names + columns * step);
  for (const [place, row] of rows.entries()) {
    const top = 56 + place * ROW;
    for (const [number, cell] of [...row.cells].entries()) {
      const left = number ? PAD + names + (number - 1) * step : PAD;
      const { backgroundColor, color, fontWeight } = getComputedStyle(cell);
      const wide = number ? step : names;
      add(drawing, "rect", { x: left, y: top, width: wide - 2, height: ROW - 2, fill: backgroundColor });
      const [at, anchor] = number ? [left + wide - 8, "end"] : [left, "start"];
      const letters = { "font-size": 14, "font-weight": fontWeight, "fill": color };
      const form = { "x": at, "y": top + 22, "text-anchor": anchor, ...letters };
      const share = cell.querySelector(".small");
      const words = share ? text(cell).replace(text(share), `(${text(share)})`).replace("()", "") : text(cell);
      add(drawing, "text", form, words.trim());
    }
  }
  return drawing;
}

/**
 * The bars of a day with its hours below, its largest number above and its groups.
 * @param {SVGSVGElement} chart
 */
export function courseDrawing(chart) {
  const [top, wide, high] = [110, WIDE - 2 * PAD, 260];
  const drawing = sheet(chart, top + high + 48);
  const card = chart.closest(".card") ?? document.body;
  for (const [place, key] of [...card.querySelectorAll(".chart-key li")].entries()) {
    const left = PAD + place * 180;
    for (const mark of key.querySelectorAll(".key-mark rect")) {
      add(drawing, "rect", { x: left, y: 56, width: 14, height: 14, fill: getComputedStyle(mark).fill });
    }
    add(drawing, "text", { "x": left + 20, "y": 68, "font-size": 14 }, text(key));
  }
  const most = card.querySelector(".chart-most");
  add(drawing, "text", { "x": PAD, "y": top - 10, "font-size": 14 }, most ? text(most) : "");
  const { width, height } = chart.viewBox.baseVal;
  const hatching = document.getElementById("hatch-0")?.parentNode;
  if (hatching) {
    drawing.append(hatching.cloneNode(true));
  }
  const bars = add(drawing, "g", { transform: `translate(${PAD} ${top}) scale(${wide / width} ${high / height})` });
  for (const bar of chart.querySelectorAll("rect")) {
    const copy = /** @type {SVGElement} */ (bar.cloneNode());
    copy.setAttribute("fill", getComputedStyle(bar).fill);
    bars.append(copy);
  }
  add(drawing, "rect", { x: PAD, y: top + high, width: wide, height: 1 });
  const hours = [...(card.querySelector(".axis")?.children ?? [])];
  for (const [place, hour] of hours.entries()) {
    const left = PAD + (place * wide) / hours.length;
    add(drawing, "text", { "x": left, "y": top + high + 24, "font-size": 14 }, text(hour));
  }
  return drawing;
}

/**
 * A list of bars: each with its name, its number and its share where the page says one.
 * @param {Element} list
 */
export function barsDrawing(list) {
  const rows = [...list.querySelectorAll(":scope > li")];
  const drawing = sheet(list, 60 + rows.length * BAR_ROW + PAD / 2);
  const wide = WIDE - 2 * PAD;
  for (const [place, row] of rows.entries()) {
    const top = 56 + place * BAR_ROW;
    const name = row.querySelector(".wall-event-name") ?? row.firstElementChild;
    const [back, value] = [row.querySelector(".bar-back, .meter-back"), row.querySelector(".bar-value, .meter-value")];
    const share = row.querySelector(".bar-share, .wall-share");
    const number = text(row.querySelector("strong") ?? row) + (share ? ` (${text(share)})` : "");
    add(drawing, "text", { "x": PAD, "y": top + 18, "font-size": 14 }, name ? text(name) : "");
    const right = { "x": WIDE - PAD, "y": top + 18, "text-anchor": "end", "font-size": 14, "font-weight": 700 };
    add(drawing, "text", right, number);
    for (const part of [back, value]) {
      const width = (wide * Number(part?.getAttribute("width") ?? 0)) / 100;
      const fill = part ? getComputedStyle(part).fill : "";
      add(drawing, "rect", { x: PAD, y: top + 26, width, height: 10, rx: 3, fill });
    }
  }
  return drawing;
}

/**
 * The tiles of the wall with their shades, their names and the numbers that are shown now.
 * @param {Element} list
 */
export function tilesDrawing(list) {
  const box = list.getBoundingClientRect();
  const scale = (WIDE - 2 * PAD) / box.width;
  const drawing = sheet(list, 60 + box.height * scale + PAD / 2);
  for (const tile of list.querySelectorAll(".tile")) {
    const place = tile.getBoundingClientRect();
    const [left, top] = [PAD + (place.left - box.left) * scale, 56 + (place.top - box.top) * scale];
    const [width, height] = [place.width * scale, place.height * scale];
    const { backgroundColor, color } = getComputedStyle(tile);
    add(drawing, "rect", { x: left, y: top, width, height, rx: 5, fill: backgroundColor });
    const name = tile.querySelector(".tile-name");
    const of = { fill: color, "font-size": 14 };
    add(drawing, "text", { ...of, x: left + 7, y: top + 19 }, name ? text(name) : "");
    const number = [...tile.querySelectorAll(".tile-number")].find((one) => getComputedStyle(one).display !== "none");
    if (number) {
      const words = [...number.childNodes].filter((node) => !(node instanceof Element && node.matches(".unseen")));
      const at = { "x": left + width - 7, "y": top + height - 9, "text-anchor": "end" };
      const [size, weight] = number.matches(".tile-note") ? [12, 400] : [14, 700];
      const form = { ...of, ...at, "font-size": size, "font-weight": weight };
      add(drawing, "text", form, words.map((node) => node.textContent ?? "").join(""));
    }
  }
  return drawing;
}

/**
 * Columns of the hours of a day, each with its number above and its hour below.
 * @param {Element} list
 */
export function columnsDrawing(list) {
  const [top, high] = [96, 260];
  const drawing = sheet(list, top + high + 48);
  const day = document.getElementById(list.getAttribute("aria-labelledby") ?? "");
  add(drawing, "text", { "x": PAD, "y": 62, "font-size": 16 }, day ? text(day) : "");
  const columns = [...list.querySelectorAll(":scope > li")];
  const step = (WIDE - 2 * PAD) / Math.max(1, columns.length);
  for (const [place, column] of columns.entries()) {
    const left = PAD + place * step;
    const bar = column.querySelector("rect");
    const tall = (high * Number(bar?.getAttribute("height") ?? 0)) / 100;
    const fill = bar ? getComputedStyle(bar).fill : "";
    add(drawing, "rect", { x: left + step * 0.15, y: top + high - tall, width: step * 0.7, height: tall, fill });
    const middle = { "x": left + step / 2, "text-anchor": "middle", "font-size": 14 };
    const [number, name] = [column.querySelector(".column-number"), column.querySelector(".column-name")];
    add(drawing, "text", { ...middle, "y": top + high - tall - 8, "font-weight": 650 }, number ? text(number) : "");
    add(drawing, "text", { ...middle, y: top + high + 24 }, name ? text(name) : "");
  }
  add(drawing, "rect", { x: PAD, y: top + high, width: WIDE - 2 * PAD, height: 1 });
  return drawing;
}
