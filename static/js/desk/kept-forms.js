// Forms whose input stays in this browser until it is saved. The address of the next page names the form that was saved.

import { forget, keepTyped } from "./typed-input.js";

const address = new URL(location.href);
const saved = address.searchParams.get("saved");
if (saved?.startsWith("/")) {
  forget(saved);
  address.searchParams.delete("saved");
  history.replaceState(null, "", address);
}
for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("[data-keep-typed]"))) {
  keepTyped(form);
}
