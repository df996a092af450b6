// The form for an event: rows of dates, a preview as it is typed, and input that survives a crash or a lost session.

/** @type {HTMLFormElement | null} */
const form = document.querySelector("[data-event-form]");
const key = `openweek-form:${location.pathname}${location.search}`;
const SAVE_AFTER = 400; // ms without a key
const PREVIEW_AFTER = 600;

/** @param {HTMLFormElement} of */
const entries = (of) =>
  /** @type {[string, string][]} */ (
    [...new FormData(of)].filter(([name]) => !["csrf_token", "base"].includes(name))
  );

/**
 * Put typed entries back into the form; as many rows of dates as were there.
 * @param {HTMLFormElement} into
 * @param {[string, string][]} typed
 */
function restore(into, typed) {
  const rows = typed.filter(([name]) => name === "session-day").length;
  while (into.querySelectorAll("[data-session]").length < rows) {
    addSession(into);
  }
  /** @type {Map<string, string[]>} */
  const values = new Map();
  for (const [name, value] of typed) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  for (const field of /** @type {Iterable<HTMLInputElement>} */ (/** @type {unknown} */ (into.elements))) {
    if (!field.name || field.type === "hidden" || field.tagName === "BUTTON") {
      continue;
    }
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = values.get(field.name)?.includes(field.value) ?? false;
    } else {
      field.value = values.get(field.name)?.shift() ?? "";
    }
  }
  showParts(into);
}

/** @param {HTMLFormElement} into */
function addSession(into) {
  const template = /** @type {HTMLTemplateElement} */ (into.querySelector("[data-session-template]"));
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const number = `js${Date.now()}${Math.floor(Math.random() * 1000)}`;
  for (const element of copy.querySelectorAll("[id], [for]")) {
    for (const name of ["id", "for"]) {
      const value = element.getAttribute(name);
      if (value) {
        element.setAttribute(name, value.replace("session-new", `session-${number}`));
      }
    }
  }
  into.querySelector("[data-sessions]")?.append(copy);
  showParts(into);
}

/**
 * Clock times only where they are asked for, and a way to remove each row but the only one.
 * @param {HTMLFormElement} of
 */
function showParts(of) {
  const rows = of.querySelectorAll("[data-session]");
  for (const row of rows) {
    const part = /** @type {HTMLSelectElement} */ (row.querySelector("[data-part]"));
    for (const clock of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll(".session-clock"))) {
      clock.hidden = part.value !== "";
    }
    /** @type {HTMLElement} */ (row.querySelector("[data-remove-session]")).hidden = rows.length < 2;
  }
}

/** @param {HTMLFormElement} of */
function keepTyped(of) {
  const initial = JSON.stringify(entries(of));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const store = () => {
    const now = JSON.stringify(entries(of));
    try {
      if (now === initial) {
        localStorage.removeItem(key);
      } else {
        localStorage.setItem(key, now);
      }
    } catch {
      // A browser without storage loses only this convenience.
    }
  };
  of.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(store, SAVE_AFTER);
  });
  of.addEventListener("submit", store);
  offerStored(of, initial);
}

/**
 * @param {HTMLFormElement} of
 * @param {string} initial
 */
function offerStored(of, initial) {
  let stored = null;
  try {
    stored = localStorage.getItem(key);
  } catch {
    return;
  }
  const box = /** @type {HTMLElement | null} */ (document.querySelector("[data-restored]"));
  if (!stored || stored === initial || !box) {
    return;
  }
  // The server has shown the same input again with its problems: nothing to offer.
  if (document.querySelector("[aria-invalid]")) {
    return;
  }
  const typed = stored;
  box.hidden = false;
  box.querySelector("[data-restore]")?.addEventListener("click", () => {
    restore(of, JSON.parse(typed));
    box.hidden = true;
    of.dispatchEvent(new Event("input"));
  });
  box.querySelector("[data-discard]")?.addEventListener("click", () => {
    localStorage.removeItem(key);
    box.hidden = true;
  });
}

/** @param {HTMLFormElement} of */
function showPreview(of) {
  const box = of.querySelector("[data-preview-box]");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const draw = async () => {
    try {
      const answer = await fetch(of.dataset.preview ?? "", { method: "POST", body: new FormData(of) });
      if (answer.ok && answer.headers.get("Content-Type")?.startsWith("text/html") && box && !answer.redirected) {
        box.innerHTML = await answer.text();
      }
    } catch {
      // Without a network the last preview stays.
    }
  };
  of.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, PREVIEW_AFTER);
  });
  draw();
}

if (form) {
  const add = /** @type {HTMLElement} */ (form.querySelector("[data-add-session]"));
  add.hidden = false;
  add.addEventListener("click", () => {
    addSession(form);
    /** @type {HTMLElement} */ ([...form.querySelectorAll("[data-session]")].at(-1)?.querySelector("input"))?.focus();
  });
  form.addEventListener("change", () => showParts(form));
  form.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-remove-session]");
    if (button) {
      button.closest("[data-session]")?.remove();
      showParts(form);
      form.dispatchEvent(new Event("input"));
    }
  });
  showParts(form);
  keepTyped(form);
  showPreview(form);
}

export {};
