// Says at once that a chosen file is too large, and sends no form with one: the server would only say so after the upload.

import { removeLine, showLine } from "./field-lines.js";

/** @param {HTMLInputElement} field */
const isTooLarge = (field) =>
  [...(field.files ?? [])].some((file) => file.size > Number(field.dataset.mostMb) * 1024 * 1024);

/**
 * The problem at its field, or none any more.
 * @param {HTMLInputElement} field
 */
function showProblem(field) {
  const id = `${field.id}-too-large`;
  if (isTooLarge(field)) {
    showLine(field, id, field.dataset.tooLarge ?? "").setAttribute("role", "alert");
    field.setAttribute("aria-invalid", "true");
  } else {
    removeLine(field, id);
    field.removeAttribute("aria-invalid");
  }
}

const fields = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[type=file][data-most-mb]"));
for (const field of fields) {
  field.addEventListener("change", () => showProblem(field));
  field.form?.addEventListener("submit", (event) => {
    if (isTooLarge(field)) {
      event.preventDefault();
      showProblem(field);
      field.focus();
    }
  });
}
