// Elements as functions: div({class: "row"}, text, span(null, more)). Text is always text.

import { h } from "./lib/preact/preact.module.js";

export { Component, Fragment, createRef, h, render } from "./lib/preact/preact.module.js";

/** @type {Record<string, (props?: object | null, ...children: unknown[]) => unknown>} */
export const tags = new Proxy(
  {},
  { get: (_, name) => (props, ...children) => h(name, props, ...children) },
);
