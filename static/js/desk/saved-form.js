// An event was saved: what the form kept in this browser is no longer needed.

const address = new URL(location.href);
const saved = address.searchParams.get("saved");
if (saved) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(`openweek-form:${saved}`)) {
      localStorage.removeItem(key);
    }
  }
  address.searchParams.delete("saved");
  history.replaceState(null, "", address);
}

export {};
