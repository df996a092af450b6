// The print button of the programme sheet. Without JavaScript it stays hidden.

const button = /** @type {HTMLButtonElement} */ (document.querySelector("button[data-print]"));
button.hidden = false;
button.addEventListener("click", () => print());
