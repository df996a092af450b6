// Files of a form that is kept in the browser: it keeps their names, not their content, and asks for them again.

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
    const line = document.createElement("p");
    line.className = "field-problem";
    line.id = `${field.id}-again`;
    line.textContent = `${words}${fileName}`;
    field.after(line);
    field.setAttribute("aria-describedby", line.id);
    field.addEventListener("change", () => line.remove(), { once: true });
  }
}
