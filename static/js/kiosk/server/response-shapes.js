// Shape checks of the server's answers. A captive portal or proxy may answer JSON, too; an answer of another shape is not the
// server's, and nothing of it is stored.

/**
 * Every error of the server (web/errors.py): problem JSON.
 * @param {any} payload
 * @param {Response} response
 */
export function isProblem(payload, { status, headers }) {
  const problem = /^application\/problem\+json\b/.test(headers.get("Content-Type") ?? "");
  return problem && payload?.status === status && typeof payload.detail === "string";
}

/** @param {any} payload */
function isObject(payload) {
  return typeof payload === "object" && payload !== null && !Array.isArray(payload);
}

/** @param {any} payload */
function isInstant(payload) {
  return typeof payload === "string" && !Number.isNaN(Date.parse(payload));
}

/** @param {any} payload */
function isKiosk(payload) {
  return isObject(payload) && Number.isInteger(payload.id) && typeof payload.name === "string" && Array.isArray(payload.scopes);
}

/** @param {any} payload */
function isEvent(payload) {
  return isObject(payload) && Array.isArray(payload.occurrences) && payload.occurrences.every(isObject);
}

/**
 * GET /api/v1/kiosk, as far as the app depends on it.
 * @param {any} payload
 */
export function isDeviceState(payload) {
  return (
    isInstant(payload?.server_time) &&
    typeof payload.knowledge === "string" &&
    isKiosk(payload.kiosk) &&
    isObject(payload.campaign) &&
    typeof payload.campaign.zone === "string" &&
    isObject(payload.campaign.name) &&
    [payload.events, payload.groups, payload.revoked].every(Array.isArray) &&
    payload.events.every(isEvent) &&
    isObject(payload.keys) &&
    isObject(payload.rules)
  );
}

/**
 * The answer to a heartbeat.
 * @param {any} payload
 */
export function isHeartbeat(payload) {
  const message = payload?.message === null || typeof payload?.message?.text === "string";
  return (
    isInstant(payload?.server_time) &&
    typeof payload.knowledge === "string" &&
    isObject(payload.inside) &&
    message &&
    typeof payload.locked === "boolean"
  );
}

/**
 * The answer to POST /api/v1/scans.
 * @param {any} payload
 */
export function isResults(payload) {
  return isInstant(payload?.server_time) && Array.isArray(payload.results);
}

/**
 * The answer to a pairing code.
 * @param {any} payload
 */
export function isPairing(payload) {
  return typeof payload?.token === "string" && payload.token !== "" && isKiosk(payload.kiosk);
}
