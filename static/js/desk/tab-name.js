// The name of this tab, by which its drafts are told from those of others.

const TAB = "openweek-tab";

export const newTab = () => Math.random().toString(36).slice(2, 12);

/** It survives a reload and the way over the sign-in page. */
export function tabName() {
  try {
    const name = sessionStorage.getItem(TAB) ?? newTab();
    sessionStorage.setItem(TAB, name);
    return name;
  } catch {
    return newTab();
  }
}

/** A duplicated tab begins with the name of the first one. */
export const renameTab = () => sessionStorage.setItem(TAB, newTab());
