// What the tests use besides Node: npm packages that ./run has put into target/js, so that the tree stays as it is.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));
export const client = fileURLToPath(new URL("../tocsin.js", import.meta.url));
const require = createRequire(`${root}target/js/package.json`);

/** The WebSocket of the package ws, for a Node that has none of its own. */
export const WebSocket = require("ws");

/** A Chromium without a window: Debian's. Each page has a process of its own, so that one can be stopped alone. */
export function launch(...args) {
  const { chromium } = require("playwright-core");
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--renderer-process-limit=64", ...args] });
}

/** Waits until something is so; tests never wait for a time. */
export async function until(what, isSo, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not in ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
