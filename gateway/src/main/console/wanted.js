// Which types those want who are connected.

import { askJson, query } from "./hub.js";

const PAGE = 1_000;
const MOST_PAGES = 10;

/** The types that somebody wants, at least in part. */
export async function wantedTypes(catalog, signal) {
  const patterns = new Set();
  let after;
  for (let i = 0; i < MOST_PAGES; i++) {
    const page = await askJson(`/api/v1/connections${query({ limit: PAGE, after })}`, { signal });
    page.connections.filter((one) => one.state !== "unauthenticated").forEach((one) => one.patterns.forEach((pattern) => patterns.add(pattern)));
    after = page.next_after;
    if (after === undefined) {
      break;
    }
  }
  const expressions = [...patterns].map(expressionOf);
  return new Set(catalog.event_types.map(({ type }) => type).filter((type) => expressions.some((expression) => expression.test(type))));
}

/** A pattern as a regular expression: `*`, `?`, `[abc]`, `[a-z]`, `[!a]`. */
export function expressionOf(pattern) {
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const end = pattern[i] === "[" ? pattern.indexOf("]", i + (pattern[i + 1] === "!" ? 3 : 2)) : -1;
    if (pattern[i] === "*") {
      source += ".*";
    } else if (pattern[i] === "?") {
      source += ".";
    } else if (end > 0) {
      const set = pattern.slice(i + 1, end).replace(/[\\^[\]]/g, "\\$&").replace(/^!/, "^");
      source += `[${set}]`;
      i = end;
    } else {
      source += pattern[i].replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    }
  }
  try {
    return new RegExp(`^${source}$`, "is");
  } catch {
    return /^$/; // a set that is none here
  }
}
