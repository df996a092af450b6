// The secret of a link stands after its #, which reaches no server and no log: it is posted in the body of a form, and taken out
// of the address and of the browser's history.

function send() {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-secret-link]"));
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("#secret"));
  const secret = location.hash.slice(1);
  if (!form || !field || !secret) return;
  history.replaceState(history.state, "", location.pathname);
  field.value = secret;
  form.requestSubmit();
}

send();
addEventListener("hashchange", send); // another link, pasted into the same tab
