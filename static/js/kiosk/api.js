// Requests to the server: one time limit, one shape of failure, the language of the screen.

import { tag } from "./words.js";

const PATIENCE = 8000;

/** A request that got no usable answer. status: HTTP status, 0 without a network; detail: the server's sentence. */
export class Failed extends Error {
  constructor(status, detail = "", retryAfter = 0) {
    super(detail || `no answer (${status})`);
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter; // milliseconds that the server asked for
  }
}

async function bodyOf(response) {
  // A captive portal answers 200 with HTML: only JSON is an answer.
  if (!/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** The JSON that the server answers. Throws Failed for everything else. */
export async function ask(path, { token = null, body = null } = {}) {
  const headers = { Accept: "application/json", "Accept-Language": tag() };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body),
      signal: stop.signal,
      cache: "no-store",
      // A device is known by its token alone; a cookie of some person who used this browser must not speak for it.
      credentials: "omit",
    });
    const told = await bodyOf(response);
    if (response.ok && told) return told;
    const wait = Number(response.headers.get("Retry-After")) || 0;
    throw new Failed(response.ok ? 0 : response.status, told?.detail ?? "", wait * 1000);
  } catch (error) {
    throw error instanceof Failed ? error : new Failed(0);
  } finally {
    clearTimeout(timer);
  }
}
