// The review queue by keyboard: j and k move, p publishes, r goes to the reason, Ctrl+Enter sends back.

const root = document.querySelector("[data-review]");
/** @type {HTMLTextAreaElement | null} */
const why = document.querySelector("[data-why]");
/** @type {HTMLFormElement | null} */
const form = document.querySelector("[data-decide]");

/** @param {number} step */
function move(step) {
  const links = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("[data-item]")]);
  const here = links.findIndex((link) => link.hasAttribute("aria-current"));
  links[here + step]?.click();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const writing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
  if (event.target === why && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form?.requestSubmit(/** @type {HTMLElement} */ (form.querySelector("[value=send_back]")));
    return;
  }
  if (event.key === "Escape" && event.target === why) {
    why?.blur();
    return;
  }
  const ticking = event.target instanceof HTMLInputElement && event.target.type === "checkbox";
  if ((writing && !ticking) || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const actions = {
    j: () => move(1),
    k: () => move(-1),
    p: () => form?.requestSubmit(/** @type {HTMLElement} */ (form.querySelector("[value=publish]"))),
    r: () => why?.focus(),
  };
  const action = actions[/** @type {keyof typeof actions} */ (event.key)];
  if (action) {
    event.preventDefault();
    action();
  }
}

if (root) {
  document.addEventListener("keydown", onKey);
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-phrase]"))) {
    button.hidden = false;
    button.addEventListener("click", () => {
      if (why) {
        why.value = [why.value.trim(), button.dataset.phrase].filter(Boolean).join("\n");
        why.focus();
      }
    });
  }
}

export {};
