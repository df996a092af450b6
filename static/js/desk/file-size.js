// Says at once that a chosen file is too large, and sends no form with one: the server would only say so after the upload.

/** @param {HTMLInputElement} field */
const isTooLarge = (field) =>
  [...(field.files ?? [])].some((file) => file.size > Number(field.dataset.mostMb) * 1024 * 1024);

/**
 * The problem at its field, or none any more.
 * @param {HTMLInputElement} field
 */
function showProblem(field) {
  const id = `${field.id}-too-large`;
  document.getElementById(id)?.remove();
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  const large = isTooLarge(field);
  if (large) {
    const problem = document.createElement("p");
    problem.className = "field-problem";
    problem.id = id;
    problem.setAttribute("role", "alert");
    problem.textContent = field.dataset.tooLarge ?? "";
    field.after(problem);
  }
  const descriptions = large ? [...others, id] : others;
  field.toggleAttribute("aria-describedby", descriptions.length > 0);
  if (descriptions.length > 0) {
    field.setAttribute("aria-describedby", descriptions.join(" "));
  }
  if (large) {
    field.setAttribute("aria-invalid", "true");
  } else {
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
