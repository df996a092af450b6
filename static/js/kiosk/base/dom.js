// Finding and building elements of the page: by text and class, never by HTML.

/** @typedef {"cards"|"group-count"|"help"|"join"|"pair-look"|"pin"|"sheet"|"typing"} DialogId */
/** @typedef {"card-code"|"pair-code"|"pin-digits"|"group-count-field"|"scanner-input"} InputId */
/**
 * @typedef {"camera-start"|"camera-stop"|"camera-switch"|"camera-torch"|"group-count-confirm"|"fewer"|"join-yes"|
 *   "pin-set"|"pin-clear"
 *   |"unclick"|"message-seen"|"message-open"|"padlock"} ButtonId
 */
/**
 * The element that an id of the app's page stands for.
 * @template {string} Id
 * @typedef {Id extends DialogId ? HTMLDialogElement : Id extends InputId ? HTMLInputElement
 *   : Id extends ButtonId ? HTMLButtonElement : Id extends "typed" ? HTMLTextAreaElement
 *   : Id extends "video"|"pair-video" ? HTMLVideoElement : HTMLElement} ElementOf
 */

const SVG = "http://www.w3.org/2000/svg";
const OWN = "icon-"; // prefix of symbol ids, so that they do not collide with element ids
let icons = document.documentElement.dataset.icons ?? "";

/**
 * @template {string} Id
 * @param {Id} id of an element that the page has
 */
export function byId(id) {
  return /** @type {ElementOf<Id>} */ (document.getElementById(id));
}

/**
 * Every element below a root, in the order of the page.
 * @param {string} selector
 * @param {ParentNode} root
 */
export function all(selector, root = document) {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
}

/**
 * The element around the target of an event that a selector names.
 * @param {Event} event
 * @param {string} selector
 */
export function closest({ target }, selector) {
  return /** @type {HTMLElement | null} */ (target instanceof Element ? target.closest(selector) : null);
}

/** @param {string} name of a symbol in icons.svg */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${icons}${name}`);
  drawing.append(use);
  return drawing;
}

/** Inline the icon sheet: icons drawn later must not need the network. */
export async function inlineIcons() {
  const sheet = icons.slice(0, -1);
  let sprite;
  try {
    sprite = new DOMParser().parseFromString(await (await fetch(sheet)).text(), "image/svg+xml").documentElement;
  } catch {
    return; // every icon has words beside it
  }
  if (sprite.localName !== "svg") return;
  for (const symbol of sprite.querySelectorAll("symbol")) symbol.id = OWN + symbol.id;
  sprite.setAttribute("class", "unseen");
  sprite.setAttribute("aria-hidden", "true");
  document.body.append(document.adoptNode(sprite));
  for (const use of document.querySelectorAll("use")) {
    use.setAttribute("href", use.getAttribute("href")?.replace(icons, `#${OWN}`) ?? "");
  }
  icons = `#${OWN}`;
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} className
 * @param {...(Node | string | null)} children null and "" are left out
 */
export function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children.filter(isContent));
  return node;
}

/**
 * @param {Node | string | null} child
 * @returns {child is Node | string}
 */
function isContent(child) {
  return child !== null && child !== "";
}

/**
 * Show a text, or hide its element where there is none.
 * @param {HTMLElement} target
 * @param {string | null} [text]
 */
export function setText(target, text) {
  target.textContent = text ?? "";
  target.hidden = !text;
}

/**
 * A button that asks before it acts: the second press within `patience` milliseconds counts.
 * @param {HTMLElement} button
 * @param {() => string} sure
 * @param {() => void} act
 */
export function confirmByPressingTwice(button, sure, act, patience = 3000) {
  const words = button.firstElementChild ?? button;
  let armed = 0;
  let label = "";
  const disarm = () => {
    clearTimeout(armed);
    armed = 0;
    words.textContent = label;
    button.classList.remove("armed");
  };
  button.addEventListener("click", () => {
    if (armed) {
      disarm();
      act();
      return;
    }
    label = words.textContent ?? "";
    words.textContent = sure();
    button.classList.add("armed");
    armed = setTimeout(disarm, patience);
  });
}
