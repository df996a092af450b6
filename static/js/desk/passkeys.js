// Passkeys: a form with options asks the browser to make or to use one, and sends what it answers.

/** @param {string} text Base64url */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
function base64url(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {{id: string}[] | undefined} list */
function withBytes(list) {
  return (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

/** @param {any} options */
async function made(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
  };
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  const response = /** @type {AuthenticatorAttestationResponse} */ (credential.response);
  return answer(credential, {
    attestationObject: base64url(response.attestationObject),
    clientDataJSON: base64url(response.clientDataJSON),
  });
}

/** @param {any} options */
async function used(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
  };
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  const response = /** @type {AuthenticatorAssertionResponse} */ (credential.response);
  return answer(credential, {
    authenticatorData: base64url(response.authenticatorData),
    clientDataJSON: base64url(response.clientDataJSON),
    signature: base64url(response.signature),
    userHandle: response.userHandle ? base64url(response.userHandle) : undefined,
  });
}

/**
 * @param {PublicKeyCredential} credential
 * @param {Record<string, string | undefined>} response
 */
function answer(credential, response) {
  return JSON.stringify({
    id: credential.id,
    rawId: base64url(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response,
  });
}

/** @param {HTMLFormElement} form */
function connect(form) {
  const trouble = /** @type {HTMLElement} */ (form.querySelector("[data-trouble]"));
  const field = /** @type {HTMLInputElement} */ (form.querySelector("[name=answer]"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    try {
      const options = JSON.parse(form.dataset.options ?? "");
      field.value = await (form.dataset.passkey === "create" ? made(options) : used(options));
      form.submit();
    } catch {
      trouble.textContent = form.dataset.failed ?? "";
      trouble.hidden = false;
    }
  });
  form.hidden = false;
}

if ("PublicKeyCredential" in globalThis) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    connect(/** @type {HTMLFormElement} */ (form));
  }
}

export {};
