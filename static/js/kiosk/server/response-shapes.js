// What answers of the server look like. Whoever stands between device and server (the login page of a network, a proxy) may
// answer JSON, too: what has not the server's shape is no answer of the server, and nothing of it is kept.

/** The one shape of every error, told by web/errors.py. */
export function isProblem(told, { status, headers }) {
  const problem = /^application\/problem\+json\b/.test(headers.get("Content-Type") ?? "");
  return problem && told?.status === status && typeof told.detail === "string";
}

function isObject(told) {
  return typeof told === "object" && told !== null && !Array.isArray(told);
}

function isInstant(told) {
  return typeof told === "string" && !Number.isNaN(Date.parse(told));
}

function isKiosk(told) {
  return isObject(told) && Number.isInteger(told.id) && typeof told.name === "string" && Array.isArray(told.scopes);
}

function isEvent(told) {
  return isObject(told) && Array.isArray(told.occurrences) && told.occurrences.every(isObject);
}

/** What GET /api/v1/kiosk tells, as far as this app cannot do without. */
export function isKnowledge(told) {
  return (
    isInstant(told?.server_time) &&
    typeof told.knowledge === "string" &&
    isKiosk(told.kiosk) &&
    isObject(told.campaign) &&
    typeof told.campaign.zone === "string" &&
    isObject(told.campaign.name) &&
    [told.events, told.groups, told.revoked].every(Array.isArray) &&
    told.events.every(isEvent) &&
    isObject(told.keys) &&
    isObject(told.rules)
  );
}

/** What a heartbeat answers. */
export function isHeartbeat(told) {
  const message = told?.message === null || typeof told?.message?.text === "string";
  return (
    isInstant(told?.server_time) && typeof told.knowledge === "string" && isObject(told.inside) && message && typeof told.locked === "boolean"
  );
}

/** What POST /api/v1/scans answers. */
export function isResults(told) {
  return isInstant(told?.server_time) && Array.isArray(told.results);
}

/** What a pairing code is answered with. */
export function isPairing(told) {
  return typeof told?.token === "string" && told.token !== "" && isKiosk(told.kiosk);
}
