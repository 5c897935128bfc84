// The console's frame: who may see it, where one is, how the connection fares. Each screen is a module of its own.

import { BridgesScreen } from "./bridges.js";
import { CatalogScreen } from "./catalog.js";
import { ConnectionsScreen } from "./connections.js";
import { HealthScreen } from "./health.js";
import { HistoryScreen } from "./history.js";
import { askJson, hangUp, keep, key, theHub, whenLocked } from "./hub.js";
import { LiveScreen } from "./live.js";
import { NowScreen } from "./now.js";
import { address, place } from "./place.js";
import { Component, createRef, h, render, tags } from "./tags.js";
import { line } from "./text.js";

const SCREENS = [
  ["live", "Live", LiveScreen],
  ["now", "Now", NowScreen],
  ["history", "History", HistoryScreen],
  ["catalog", "Catalog", CatalogScreen],
  ["connections", "Connections", ConnectionsScreen],
  ["bridges", "Bridges", BridgesScreen],
  ["health", "Health", HealthScreen],
];

class Console extends Component {
  constructor(props) {
    super(props);
    this.main = createRef();
    this.state = { place: place(), catalog: null, locked: null, fault: null };
  }

  componentDidMount() {
    addEventListener("hashchange", () => this.setState({ place: place() }));
    whenLocked((reason) => {
      hangUp();
      this.setState({ locked: { reason, refused: key() !== "" }, catalog: null });
    });
    this.enter();
    this.showCurrent();
  }

  componentDidUpdate(_, before) {
    if (before.place.screen !== this.state.place.screen) {
      document.title = `${this.screen()[1]} · Tocsin`;
      this.main.current?.focus();
      this.showCurrent();
    }
  }

  /** On a phone the screens are more than have room beside each other. */
  showCurrent() {
    document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** The catalog takes a valid credential: if it comes, so does everything else. */
  async enter() {
    this.setState({ fault: null });
    try {
      const catalog = await askJson("/api/v1/catalog");
      this.setState({ catalog, locked: null });
    } catch (refusal) {
      if (refusal.status !== 401) {
        this.setState({ fault: refusal.message });
        setTimeout(() => this.enter(), 3_000);
      }
    }
  }

  screen() {
    return SCREENS.find(([name]) => name === this.state.place.screen) ?? SCREENS[0];
  }

  render(_, { place: { parameters }, catalog, locked, fault }) {
    const { a, div, header, img, li, main, nav, p, span, ul } = tags;
    const [current, , Screen] = this.screen();
    return div(
      { class: "frame" },
      a({ class: "skip", href: "#main", onClick: (event) => { event.preventDefault(); this.main.current.focus(); } }, "To the content"),
      header(
        { class: "top" },
        a({ class: "brand", href: address("live") }, img({ src: "icon.svg", alt: "", width: 24, height: 24 }), span(null, "Tocsin")),
        nav(
          { "aria-label": "Screens" },
          ul(null, SCREENS.map(([name, title]) =>
            li(null, a({ href: address(name), "aria-current": name === current ? "page" : null }, title)))),
        ),
        catalog && h(Link, {}),
      ),
      main(
        { id: "main", tabIndex: -1, ref: this.main, class: `screen screen-${locked ? "locked" : current}` },
        locked ? h(KeyForm, { ...locked, onKey: () => this.enter() })
          : catalog ? h(Screen, { key: current, parameters, catalog })
          : p({ class: "waiting", role: "status" }, fault ? `${fault} Trying again…` : "Asking the server for its catalog…"),
      ),
    );
  }
}

/** Asks for a key. */
class KeyForm extends Component {
  constructor(props) {
    super(props);
    this.field = createRef();
  }

  componentDidMount() {
    this.field.current.focus();
  }

  take(event) {
    event.preventDefault();
    keep(this.field.current.value.trim());
    this.props.onKey();
  }

  render({ reason, refused }) {
    const { button, code, form, h1, input, label, p } = tags;
    return form(
      { class: "key-form", onSubmit: (event) => this.take(event) },
      h1(null, "This hub asks for a key"),
      p(null, "It is kept for this tab alone, and forgotten when the tab is closed. ", code(null, "./tocsin key new NAME"), " makes one."),
      refused && p({ class: "fault", role: "alert", id: "key-fault" }, line(reason)),
      label({ for: "key" }, "Key or token"),
      input({
        id: "key", ref: this.field, type: "password", autocomplete: "off", spellcheck: false, required: true,
        "aria-invalid": refused ? "true" : null, "aria-describedby": refused ? "key-fault" : null,
      }),
      button({ type: "submit", class: "primary" }, "Open the console"),
    );
  }
}

/** How the connection fares, in words. */
class Link extends Component {
  constructor(props) {
    super(props);
    this.changed = () => this.setState({ now: Date.now() });
  }

  componentDidMount() {
    this.hub = theHub();
    this.hub.addEventListener("state", this.changed);
    this.timer = setInterval(() => this.hub.state === "waiting" && this.changed(), 1_000);
    this.changed();
  }

  componentWillUnmount() {
    this.hub.removeEventListener("state", this.changed);
    clearInterval(this.timer);
  }

  render() {
    const { button, div, span } = tags;
    const state = this.hub?.state ?? "connecting";
    const seconds = Math.max(0, Math.ceil(((this.hub?.retryAt ?? 0) - Date.now()) / 1000));
    const words = {
      connecting: "Connecting…",
      open: this.hub?.transport === "sse" ? "Connected (SSE)" : "Connected",
      waiting: `Disconnected, next try in ${seconds} s`,
      closed: "Closed",
    };
    const reason = line(this.hub?.reason ?? "", 160);
    return div(
      { class: `link link-${state}`, title: reason || null },
      span({ class: "link-dot", "aria-hidden": "true" }),
      span({ role: "status" }, words[state].replace(/, next.*/, "")),
      state === "waiting" && span({ "aria-hidden": "true", class: "link-more" }, words[state].slice(12)),
      key() !== "" && button({ type: "button", class: "quiet", onClick: forget }, "Forget the key"),
    );
  }
}

function forget() {
  keep("");
  hangUp();
  location.reload();
}

render(h(Console, {}), document.getElementById("console"));
