// What JavaScript adds to the list of events: dependent region lists, the filter sheet on phones.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-regions]"));
/** @type {HTMLSelectElement[]} */
const lists = form ? [...form.querySelectorAll("select")].filter((list) => "level" in list.dataset) : [];

/**
 * @param {HTMLSelectElement} list
 * @param {{name: string, code: string}[]} rows
 */
function show(list, rows) {
  const placeholder = list.options[0];
  list.replaceChildren(
    placeholder,
    ...rows.map((row) => {
      const option = new Option(row.name, row.code);
      option.lang = "zh";
      return option;
    }),
  );
  list.value = "";
  const field = /** @type {HTMLElement} */ (list.closest(".field"));
  field.hidden = rows.length === 0;
}

// A slow answer must not overwrite the list of a later choice.
let requests = 0;

/** @param {number} level */
async function fill(level) {
  const request = ++requests;
  for (const later of lists.slice(level + 1)) show(later, []);
  const next = lists[level + 1];
  const code = lists[level].value;
  if (!next || !code) return;
  try {
    const answer = await fetch(`${form?.dataset.regions}?below=${code}`);
    const rows = answer.ok ? await answer.json() : [];
    if (request === requests) show(next, rows);
  } catch {
    // Offline: the form still works without the next list.
  }
}

lists.forEach((list, level) => list.addEventListener("change", () => fill(level)));

// On phones the form is a sheet over the page; the page under it is inert while it is open.
const sheet = document.getElementById("filters");
const narrow = matchMedia("(max-width: 59.99rem)");
/** @type {NodeListOf<HTMLElement>} */
const under = document.querySelectorAll(".skip, .site-head, .week, .hero, .list, .day-grid, .embed-box, .site-foot");

function cover() {
  const open = narrow.matches && location.hash === "#filters";
  for (const part of under) part.inert = open;
  if (open) /** @type {HTMLElement | null | undefined} */ (sheet?.querySelector(".filters-close"))?.focus();
}

if (sheet) {
  addEventListener("hashchange", cover);
  narrow.addEventListener("change", cover);
  cover();
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && location.hash === "#filters") location.hash = "#list";
  });
}

export {}; // a module: its names are its own
