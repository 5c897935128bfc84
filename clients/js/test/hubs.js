// What the tests in Node share: hubs that come back quickly, are ended after each test, and whose states are noted.
import { afterEach } from "node:test";
import { connect } from "../tocsin.js";
import { Proxy } from "./proxy.js";
import { until, WebSocket } from "./tools.js";

export const quick = { WebSocket, firstDelayMs: 20, longestDelayMs: 200 };

/** What is to be ended after the test. */
export const ends = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A hub, and what it was told. */
export function hubOf(url, options) {
  const hub = connect(url, { ...quick, ...options });
  ends.push(() => hub.close());
  hub.states = [];
  hub.gaps = [];
  hub.warnings = [];
  hub.addEventListener("state", ({ state, reason, retryAt }) => hub.states.push({ state, reason, retryAt }));
  hub.addEventListener("gap", (gap) => hub.gaps.push(gap));
  hub.addEventListener("warning", (event) => {
    event.preventDefault();
    hub.warnings.push(event);
  });
  return hub;
}

export async function proxyTo(server) {
  const proxy = await Proxy.to(server);
  ends.push(() => proxy.close());
  return proxy;
}

/** Collects what a subscription gives. */
export function collect(subscription, each = () => {}) {
  const events = [];
  const over = (async () => {
    for await (const event of subscription) {
      events.push(event);
      await each(event);
    }
  })();
  over.catch(() => {});
  return Object.assign(events, { over });
}

export const isOpen = (hub) => until("the hub is open", () => hub.state === "open");
export const ids = (events) => events.map(({ payload }) => Number(payload.id));
export const upTo = (count) => Array.from({ length: count }, (_, index) => index);
