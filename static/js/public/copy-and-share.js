// Copy an address, and share a page with what the device has for it; where it has nothing, the address is copied.

/**
 * Whether a text was copied. Without https there is no clipboard: then an old command of the document does it.
 * @param {string} text
 */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

/**
 * Say on a button for two seconds what was done.
 * @param {HTMLElement} button
 */
function sayDone(button) {
  const words = /** @type {HTMLElement} */ (button.querySelector("span"));
  button.dataset.label ??= words.textContent ?? "";
  words.textContent = button.dataset.done ?? "";
  setTimeout(() => {
    words.textContent = button.dataset.label ?? "";
  }, 2000);
}

/**
 * @param {HTMLElement} button
 * @param {string} text
 */
async function copyOnto(button, text) {
  const focused = document.activeElement;
  if (await copied(text)) sayDone(button);
  else prompt("", text); // the address stands selected
  if (focused instanceof HTMLElement) focused.focus();
}

/** @type {NodeListOf<HTMLButtonElement>} */
const fieldButtons = document.querySelectorAll("button[data-copy]");
for (const button of fieldButtons) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copy ?? ""));
  button.hidden = false;
  button.addEventListener("click", () => copyOnto(button, field.value));
}

// Without JavaScript these are links to the page on which the address stands.
/** @type {NodeListOf<HTMLAnchorElement>} */
const copyLinks = document.querySelectorAll("a[data-copy-text]");
for (const link of copyLinks) {
  link.setAttribute("role", "button");
  link.addEventListener("click", (event) => {
    event.preventDefault();
    copyOnto(link, link.dataset.copyText ?? "");
  });
}

/** @type {NodeListOf<HTMLButtonElement>} */
const shareButtons = document.querySelectorAll("button[data-share]");
for (const button of shareButtons) {
  const url = button.dataset.share ?? location.href;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!navigator.share) {
      await copyOnto(button, url);
      return;
    }
    try {
      await navigator.share({ title: document.title, url });
    } catch (error) {
      // Closing the device's dialog is no failure.
      if (!(error instanceof DOMException && error.name === "AbortError")) await copyOnto(button, url);
    }
  });
}

export {}; // a module: its names are its own
