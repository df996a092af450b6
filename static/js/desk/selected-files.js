// Files of a form that is kept in the browser: it keeps their names, not their content, and asks for them again.

import { removeLine, showLine } from "../browser/field-lines.js";

/** @param {HTMLFormElement} form */
export const selectedFiles = (form) =>
  /** @type {[string, string][]} */ (
    [...new FormData(form)].flatMap(([name, value]) => (value instanceof File && value.name ? [[name, value.name]] : []))
  );

/**
 * Says at its field which file has to be selected again, until one is.
 * @param {HTMLFormElement} form
 * @param {[string, string][]} files
 * @param {string} words
 */
export function askForFiles(form, files, words) {
  for (const [name, fileName] of files) {
    const field = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
    if (!field || field.files?.length) {
      continue;
    }
    const id = `${field.id}-again`;
    showLine(field, id, `${words}${fileName}`);
    field.addEventListener("change", () => removeLine(field, id), { once: true });
  }
}
