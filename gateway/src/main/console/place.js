// Where in the console somebody is: the part of the address after #, so that each view has an address of its own.

const START = "live";

/** The present place: the screen and its parameters. */
export function place() {
  const [path, search] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { screen: path || START, parameters: Object.fromEntries(new URLSearchParams(search ?? "")) };
}

/** The address of a place; parameters that are empty are left out. */
export function address(screen, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length > 0 ? `#/${screen}?${new URLSearchParams(given)}` : `#/${screen}`;
}

/** Goes there. */
export function go(screen, parameters) {
  location.hash = address(screen, parameters);
}

/** Goes there without a step in the history: one that nobody would want to go back to. */
export function slide(screen, parameters) {
  history.replaceState(null, "", address(screen, parameters));
  dispatchEvent(new HashChangeEvent("hashchange"));
}
