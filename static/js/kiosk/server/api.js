// Requests to the server: time limit, language, one error class.

import { isProblem } from "./response-shapes.js";
import { tag } from "../base/words.js";

const PATIENCE = 8000;
const LONGEST_WAIT = 600_000; // milliseconds

/**
 * A request that got no usable answer. status: the server's own HTTP status, 0 where it was not the server that answered;
 * detail: the server's sentence; tooLarge: something on the way, server or not, takes no body of this size.
 */
export class Failed extends Error {
  /**
   * @param {number} status
   * @param {{detail?: string, retryAfter?: number, tooLarge?: boolean}} [details]
   */
  constructor(status, { detail = "", retryAfter = 0, tooLarge = status === 413 } = {}) {
    super(detail || `no answer (${status})`);
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter; // milliseconds that were asked for
    this.tooLarge = tooLarge;
  }
}

/** @param {Response} response */
async function bodyOf(response) {
  // A captive portal answers 200 with HTML.
  if (!/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/**
 * The error for a response that is not usable. A portal or proxy answers with any status, but not with problem JSON.
 * @param {Response} response
 * @param {any} payload
 */
function failureOf(response, payload) {
  const tooLarge = response.status === 413;
  if (!isProblem(payload, response)) return new Failed(0, { tooLarge }); // its Retry-After does not count either
  const seconds = Number(response.headers.get("Retry-After")) || 0;
  return new Failed(response.status, { detail: payload.detail, retryAfter: Math.min(seconds * 1000, LONGEST_WAIT), tooLarge });
}

/**
 * The JSON of the server's answer, where is(payload) accepts it. Throws Failed for everything else.
 * @param {string} path
 * @param {{token?: string | null, body?: object | null, is?: (payload: any) => boolean}} [options]
 * @returns {Promise<any>}
 */
export async function ask(path, { token = null, body = null, is = () => true } = {}) {
  /** @type {Record<string, string>} */
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
      // The device authenticates by its token; cookies of a person who used this browser must not be sent.
      credentials: "omit",
    });
    const payload = await bodyOf(response);
    if (response.ok && payload && is(payload)) return payload;
    throw failureOf(response, payload);
  } catch (error) {
    throw error instanceof Failed ? error : new Failed(0);
  } finally {
    clearTimeout(timer);
  }
}
