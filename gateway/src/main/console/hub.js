// The connection of this page, the key that it shows, and what it asks over HTTP.

import { connect } from "../client/tocsin.js";

const KEY = "tocsin.key";

/** A refusal of the server, or that there was no answer; its message is a sentence. */
export class Refusal extends Error {
  constructor(status, problem, message) {
    super(message ?? problem.detail ?? `The server answered ${status}`);
    this.status = status;
    this.code = problem.error ?? "";
    this.details = problem.details ?? {};
  }
}

export function key() {
  return sessionStorage.getItem(KEY) ?? "";
}

/** Keeps a key for this tab alone; an empty one forgets it. */
export function keep(text) {
  if (text) {
    sessionStorage.setItem(KEY, text);
  } else {
    sessionStorage.removeItem(KEY);
  }
}

/** Asks the server. The answer is not read yet; what is not good is thrown as a Refusal. */
export async function ask(path, init = {}) {
  const headers = new Headers(init.headers);
  if (key()) {
    headers.set("Authorization", `Bearer ${key()}`);
  }
  let answer;
  try {
    answer = await fetch(path, { cache: "no-store", credentials: "omit", ...init, headers });
  } catch (thrown) {
    if (thrown.name === "AbortError") {
      throw thrown;
    }
    throw new Refusal(0, {}, "The server does not answer. Is it running, and is there a network?");
  }
  if (answer.ok) {
    return answer;
  }
  const problem = await answer.json().catch(() => ({}));
  const refusal = new Refusal(answer.status, problem);
  if (answer.status === 401) {
    locked(refusal.message);
  }
  throw refusal;
}

export const askJson = async (path, init) => (await ask(path, init)).json();

/** A query string of what is not empty. */
export function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length > 0 ? `?${new URLSearchParams(given)}` : "";
}

let hub;
let locked = () => {};

/** Says what to do when a key is asked for. */
export function whenLocked(action) {
  locked = action;
}

/** The connection, which is made when it is first asked for. */
export function theHub() {
  if (hub === undefined) {
    const made = connect(location.origin, key() ? { token: () => key() } : {});
    hub = made;
    made.addEventListener("state", () => {
      if (made.state === "closed" && made === hub) {
        // For good. Whether the key is one at all, any other question tells; one that is may just not read anything.
        askJson("/api/v1/catalog").catch(() => {});
      }
    });
    // The filter tells of patterns that match nothing; that Now asks for more than one may read is no news.
    made.addEventListener("warning", (warning) => /^(unknown|denied)$/.test(warning.code) && warning.preventDefault());
  }
  return hub;
}

/** Ends the connection; the next one is made with the key of then. */
export function hangUp() {
  const ended = hub;
  hub = undefined;
  ended?.close();
}

/**
 * Gives each event of a subscription to somebody, until it is ended.
 * @returns {() => void} ends it
 */
export function watch(patterns, options, each, failed) {
  const subscription = theHub().subscribe(patterns, options);
  (async () => {
    for await (const event of subscription) {
      each(event);
    }
  })().catch(failed);
  return () => subscription.close();
}
