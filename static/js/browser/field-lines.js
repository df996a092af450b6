// Lines at a field that say what is wrong with it, named in its description for screen readers.

/**
 * Shows a line at a field, in place of the one with this id.
 * @param {HTMLElement} field
 * @param {string} id
 * @param {string} words
 */
export function showLine(field, id, words) {
  removeLine(field, id);
  const line = document.createElement("p");
  line.className = "field-problem";
  line.id = id;
  line.textContent = words;
  field.after(line);
  field.setAttribute("aria-describedby", [...descriptionsOf(field), id].join(" "));
  return line;
}

/**
 * @param {HTMLElement} field
 * @param {string} id
 */
export function removeLine(field, id) {
  document.getElementById(id)?.remove();
  const others = descriptionsOf(field).filter((one) => one !== id);
  if (others.length > 0) {
    field.setAttribute("aria-describedby", others.join(" "));
  } else {
    field.removeAttribute("aria-describedby");
  }
}

/** @param {HTMLElement} field */
const descriptionsOf = (field) => (field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
