// The programme sheet opens the browser's own print dialog; without JavaScript the browser's menu does.

const button = /** @type {HTMLButtonElement} */ (document.querySelector("button[data-print]"));
button.hidden = false;
button.addEventListener("click", () => print());
