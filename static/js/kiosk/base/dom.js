// Small hands for building the page: elements by text and class, never by HTML.

const SVG = "http://www.w3.org/2000/svg";
const OWN = "icon-"; // before an icon's name, so that it is no other element's id
let icons = document.documentElement.dataset.icons;

export function byId(id) {
  return document.getElementById(id);
}

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${icons}${name}`);
  drawing.append(use);
  return drawing;
}

/** Take the sheet of icons into the page: one that is drawn later must not need the network. */
export async function inlineIcons() {
  const sheet = icons.slice(0, -1);
  let sprite;
  try {
    sprite = new DOMParser().parseFromString(await (await fetch(sheet)).text(), "image/svg+xml").documentElement;
  } catch {
    return; // without the sheet there are words beside every icon
  }
  if (sprite.localName !== "svg") return;
  for (const symbol of sprite.querySelectorAll("symbol")) symbol.id = OWN + symbol.id;
  sprite.setAttribute("class", "unseen");
  sprite.setAttribute("aria-hidden", "true");
  document.body.append(document.adoptNode(sprite));
  for (const use of document.querySelectorAll("use")) {
    use.setAttribute("href", use.getAttribute("href").replace(icons, `#${OWN}`));
  }
  icons = `#${OWN}`;
}

export function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== ""));
  return node;
}

export function setText(target, text) {
  target.textContent = text ?? "";
  target.hidden = !text;
}

/** A button that asks sure() before it acts: the second press within `patience` milliseconds counts. */
export function confirmByPressingTwice(button, sure, act, patience = 3000) {
  const words = button.firstElementChild ?? button;
  let [armed, first] = [null, ""];
  const disarm = () => {
    clearTimeout(armed);
    armed = null;
    words.textContent = first;
    button.classList.remove("armed");
  };
  button.addEventListener("click", () => {
    if (armed) {
      disarm();
      act();
      return;
    }
    first = words.textContent;
    words.textContent = sure();
    button.classList.add("armed");
    armed = setTimeout(disarm, patience);
  });
}
