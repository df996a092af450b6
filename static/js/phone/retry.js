// Sends a check-in again that came at a busy moment: the page holds what was chosen. Without JavaScript there is its button.

const LONGEST_WAIT = 300; // seconds; who has to wait longer taps the button
const SPREAD = 5; // seconds, so that a hall of phones does not come back in one instant

const form = /** @type {HTMLFormElement} */ (document.querySelector("#retry"));
const seconds = Number(form.dataset.seconds);

if (seconds <= LONGEST_WAIT) {
  setTimeout(() => form.requestSubmit(), (seconds + Math.random() * SPREAD) * 1000);
}
