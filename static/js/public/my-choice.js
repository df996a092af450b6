// The reader's region and audience groups, remembered in this browser alone, and the way to what is near.

/** @typedef {{region: string, name: string, groups: string[]}} Choice */

const KEY = "openweek.mine";
const ORDER = ["region", "day", "audience", "focus", "format", "line", "organization", "venue", "mode", "q"]; // of addresses
const quick = /** @type {HTMLElement | null} */ (document.querySelector("[data-quick]"));
/** @type {HTMLAnchorElement[]} */
const chips = quick ? [...quick.querySelectorAll("a")].filter((link) => link.dataset.group) : [];

/** @returns {Choice} */
function read() {
  try {
    const { region, name, groups } = JSON.parse(localStorage.getItem(KEY) ?? "");
    if (typeof region === "string" && typeof name === "string" && Array.isArray(groups)) {
      return { region, name, groups: groups.filter((group) => typeof group === "string") };
    }
  } catch {
    // Nothing stored yet, not in our shape, or storage is blocked.
  }
  return { region: "", name: "", groups: [] };
}

/** @param {Partial<Choice>} changes */
function remember(changes) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...read(), ...changes }));
  } catch {
    // Storage is blocked: nothing is remembered.
  }
}

/** @param {string} group */
function chipOf(group) {
  return chips.find((chip) => chip.dataset.group === group);
}

/**
 * The address of this list with a region and groups, its values in the order of every address.
 * @param {Choice} choice
 */
function addressOf(choice) {
  const params = new URLSearchParams(location.search);
  if (choice.region) params.set("region", choice.region);
  params.delete("audience");
  for (const group of [...choice.groups].sort()) params.append("audience", group);
  const pairs = ORDER.flatMap((name) => params.getAll(name).filter(Boolean).map((value) => [name, value]));
  return quick?.dataset.path + (pairs.length ? `?${new URLSearchParams(pairs)}` : "");
}

function show() {
  if (!quick) return;
  const choice = read();
  choice.groups = choice.groups.filter((group) => chipOf(group));
  if (choice.region && choice.region === quick.dataset.region) {
    choice.name = quick.dataset.regionName ?? choice.name; // in the language that is read now
    remember({ name: choice.name });
  }
  const item = /** @type {HTMLElement} */ (quick.querySelector(".mine"));
  const link = /** @type {HTMLAnchorElement} */ (item.querySelector("[data-mine]"));
  const words = [choice.region ? choice.name : "", ...choice.groups.map((group) => chipOf(group)?.textContent?.trim() ?? "")];
  item.hidden = !choice.region && !choice.groups.length;
  link.href = addressOf(choice);
  const shown = new URLSearchParams(location.search);
  const sameGroups = String(shown.getAll("audience").sort()) === String([...choice.groups].sort());
  const same = sameGroups && shown.get("region") === (choice.region || null);
  if (same) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
  /** @type {HTMLElement} */ (item.querySelector("[data-mine-words]")).textContent = words.filter(Boolean).join(" · ");
}

// The form: the deepest list that has a value is the region.
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-regions]"));
form?.addEventListener("submit", () => {
  const lists = [...form.querySelectorAll("select")].filter((list) => "level" in list.dataset && list.value);
  const groups = new FormData(form).getAll("audience").map(String);
  const deepest = lists.at(-1);
  if (deepest) remember({ region: deepest.value, name: deepest.selectedOptions[0].text });
  if (groups.length) remember({ groups });
});

for (const chip of chips) {
  chip.addEventListener("click", () => {
    const group = chip.dataset.group ?? "";
    const chosen = chips.filter((one) => one.getAttribute("aria-current")).map((one) => one.dataset.group ?? "");
    const groups = chosen.includes(group) ? chosen.filter((one) => one !== group) : [...chosen, group];
    if (groups.length) remember({ groups });
  });
}

// The page of regions: whoever opens the events of one means it.
/** @type {NodeListOf<HTMLElement>} */
const regions = document.querySelectorAll("[data-my-region]");
for (const region of regions) {
  region.addEventListener("click", () => remember({ region: region.dataset.myRegion ?? "", name: region.dataset.name ?? "" }));
}

quick?.querySelector("[data-forget]")?.addEventListener("click", () => {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Storage is blocked: nothing is remembered.
  }
  show();
});

const near = /** @type {HTMLAnchorElement | null | undefined} */ (quick?.querySelector("[data-nearby]"));
near?.setAttribute("role", "button");
near?.setAttribute("aria-pressed", "false");
near?.addEventListener("click", async (event) => {
  event.preventDefault();
  const { toggle } = await import("./nearby.js");
  await toggle(near);
});

addEventListener("pageshow", (event) => event.persisted && show());
show();

export {}; // a module: its names are its own
