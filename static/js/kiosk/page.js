// Small hands for building the page: elements by text and class, never by HTML.

const icons = document.documentElement.dataset.icons;
const SVG = "http://www.w3.org/2000/svg";

export function byId(id) {
  return document.getElementById(id);
}

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${icons}#${name}`);
  drawing.append(use);
  return drawing;
}

export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

export function tell(place, text) {
  place.textContent = text ?? "";
  place.hidden = !text;
}

/** A button that asks sure() before it acts: the second press within `patience` milliseconds counts. */
export function twice(button, sure, act, patience = 3000) {
  const words = button.firstElementChild ?? button;
  let [armed, first] = [null, ""];
  const rest = () => {
    clearTimeout(armed);
    armed = null;
    words.textContent = first;
    button.classList.remove("armed");
  };
  button.addEventListener("click", () => {
    if (armed) {
      rest();
      act();
      return;
    }
    first = words.textContent;
    words.textContent = sure();
    button.classList.add("armed");
    armed = setTimeout(rest, patience);
  });
}
