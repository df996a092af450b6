// Choosing many events: a click with Shift chooses the range, and the number of chosen ones is said.

const form = document.querySelector("[data-many]");
const boxes = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("[data-many-choose]")]);
const all = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-many-page]"));
const count = document.querySelector("[data-many-count]");
/** @type {number | undefined} */
let last;

function say() {
  const chosen = boxes.filter((box) => box.checked).length;
  if (count instanceof HTMLElement) {
    count.textContent = chosen ? `${count.dataset.manyCount} ${chosen}` : "";
  }
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

if (form) {
  for (const [number, box] of boxes.entries()) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== undefined) {
        for (const between of boxes.slice(Math.min(last, number), Math.max(last, number) + 1)) {
          between.checked = box.checked;
        }
      }
      last = number;
      say();
    });
  }
  all?.addEventListener("change", () => {
    for (const box of boxes) {
      box.checked = all.checked;
    }
    say();
  });
  say();
}

export {};
