// Draws new markup by changing only what differs, so that bars grow and tiles change their shade instead of flickering.

/**
 * Make the children of `box` those of the markup. An element whose data-key has changed is a new one: it comes in anew.
 * @param {Element} box
 * @param {string} html
 */
export function morph(box, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  morphChildren(box, template.content);
}

/**
 * @param {ParentNode & Node} box
 * @param {ParentNode & Node} next
 */
function morphChildren(box, next) {
  const [old, wanted] = [[...box.childNodes], [...next.childNodes]];
  for (const [place, node] of wanted.entries()) {
    const present = old[place];
    if (present === undefined) {
      box.append(node);
    } else if (!isSame(present, node)) {
      box.replaceChild(node, present);
    } else if (node instanceof Element) {
      morphAttributes(/** @type {Element} */ (present), node);
      morphChildren(/** @type {Element} */ (present), node);
    } else if (present.nodeValue !== node.nodeValue) {
      present.nodeValue = node.nodeValue;
    }
  }
  for (const rest of old.slice(wanted.length)) {
    rest.remove();
  }
}

/**
 * @param {Node} one
 * @param {Node} other
 */
function isSame(one, other) {
  const key = one instanceof Element ? one.getAttribute("data-key") : null;
  const otherKey = other instanceof Element ? other.getAttribute("data-key") : null;
  return one.nodeName === other.nodeName && key === otherKey;
}

/**
 * @param {Element} element
 * @param {Element} next
 */
function morphAttributes(element, next) {
  for (const { name } of [...element.attributes]) {
    if (!next.hasAttribute(name)) {
      element.removeAttribute(name);
    }
  }
  for (const { name, value } of next.attributes) {
    if (element.getAttribute(name) !== value) {
      element.setAttribute(name, value);
    }
  }
}
