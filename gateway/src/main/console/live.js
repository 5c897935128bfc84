// The stream as it comes.

import { Details, textOfEvent } from "./details.js";
import { Feed } from "./feed.js";
import { FilterBar } from "./filter.js";
import { watch } from "./hub.js";
import { gist, levelOf, mark } from "./level.js";
import { List } from "./list.js";
import { address, go, slide } from "./place.js";
import { Component, createRef, h, tags } from "./tags.js";
import { count, exact, harmless, line, number } from "./text.js";
import { timeOfDay } from "./time.js";

const INITIAL = 200;
const REDRAW_MILLIS = 100;

/** The row of an event; those of History are the same. */
export function eventRow(event) {
  const { span } = tags;
  const level = levelOf(event);
  return [
    timeOfDay(event.timestamp),
    span({ class: `level level-${level}` }, mark(level), span({ class: "level-word" }, level === "info" ? "" : level)),
    span({ class: "type" }, harmless(event.type)),
    span({ class: "gist" }, gist(event)),
    span({ class: "sequence" }, exact(event.sequence)),
  ];
}

/** Properties: parameters (events, where, at), catalog. */
export class LiveScreen extends Component {
  constructor(props) {
    super(props);
    this.feed = new Feed();
    this.list = createRef();
    this.state = { drawn: 0, frozen: null, opened: null, selected: null, fault: null, gap: null };
  }

  componentDidMount() {
    this.begin();
    this.open(this.props.parameters.at);
    this.timer = setInterval(() => this.redraw(), REDRAW_MILLIS);
    this.pressed = (event) => this.key(event);
    addEventListener("keydown", this.pressed);
  }

  componentWillUnmount() {
    this.stop?.();
    clearInterval(this.timer);
    removeEventListener("keydown", this.pressed);
  }

  componentDidUpdate(before) {
    const { events, where, at } = this.props.parameters;
    if (before.parameters.events !== events || before.parameters.where !== where) {
      this.begin();
    }
    if (before.parameters.at !== at) {
      this.open(at);
    }
  }

  begin() {
    this.stop?.();
    this.feed.clear();
    this.setState({ fault: null, frozen: null });
    const { events, where } = this.props.parameters;
    let filter;
    try {
      filter = where ? JSON.parse(where) : undefined;
    } catch {
      this.setState({ fault: "The filter in the address is no JSON" });
      return;
    }
    this.stop = watch(events ? events.split(",") : ["*"], { where: filter, last: INITIAL }, (event) => this.feed.add(event), (thrown) =>
      this.setState({ fault: thrown.message }),
    );
  }

  /** At most ten times a second, and only when there is something new. */
  redraw() {
    const { total, rate } = this.feed;
    if (document.hidden || (this.drawnTotal === total && this.drawnRate === rate)) {
      return;
    }
    this.drawnTotal = total;
    this.drawnRate = rate;
    this.setState({ drawn: total });
  }

  /** Stops what is shown; the stream goes on behind it. */
  freeze() {
    if (this.state.frozen === null) {
      this.setState({ frozen: { items: this.feed.newestFirst(), total: this.feed.total } });
    }
  }

  goOn() {
    this.setState({ frozen: null });
    this.list.current?.toTop();
  }

  key(event) {
    const typing = /^(INPUT|TEXTAREA|SELECT|BUTTON|A)$/.test(event.target.tagName);
    if (typing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === "p") {
      this.state.frozen === null ? this.freeze() : this.goOn();
    } else if (event.key === "/") {
      document.getElementById("filter-events")?.focus();
      event.preventDefault();
    }
  }

  select(event) {
    this.freeze();
    this.setState({ selected: event.sequence });
    if (this.state.opened !== null) {
      this.show(event);
    }
  }

  show(event) {
    this.freeze();
    this.setState({ selected: event.sequence, opened: event });
    slide("live", { ...this.props.parameters, at: event.sequence });
  }

  close() {
    this.setState({ opened: null });
    slide("live", { ...this.props.parameters, at: undefined });
    document.querySelector(".list-box")?.focus();
  }

  /** The event that the address names. */
  async open(at) {
    const sequence = Number(at);
    if (!at || this.state.opened?.sequence === sequence) {
      return;
    }
    try {
      const found = await textOfEvent(sequence);
      this.setState(found ? { opened: found.event, selected: sequence } : { gap: `Event ${exact(sequence)} is not in the log any more, or not for you to see.` });
    } catch (refusal) {
      this.setState({ gap: refusal.message });
    }
  }

  narrow(patterns, where) {
    go("live", { events: patterns[0] === "*" ? "" : patterns.join(","), where: where && JSON.stringify(where) });
  }

  render({ parameters, catalog }, { frozen, opened, selected, fault, gap }) {
    const { button, div, h1, p, span } = tags;
    const items = frozen === null ? this.feed.newestFirst() : frozen.items;
    const missed = frozen === null ? 0 : this.feed.total - frozen.total;
    return [
      h1({ class: "hidden" }, "Live"),
      h(FilterBar, {
        parameters, catalog, onApply: (events, where) => go("live", { events, where }), fault,
      }),
      div(
        { class: "bar" },
        button({ type: "button", "aria-pressed": String(frozen !== null), onClick: () => (frozen === null ? this.freeze() : this.goOn()), title: "p" },
          frozen === null ? "Pause" : "Go on"),
        span({ class: "bar-fact" }, `${number(this.feed.rate)} a second`),
        span({ class: "bar-fact wide-only" }, `${count(items.length, "event")} here`),
        span({ class: "hidden", role: "status" }, frozen === null ? "Following the stream" : "Paused"),
        missed > 0 && button({ type: "button", class: "news", onClick: () => this.goOn() }, `${exact(missed)} newer`),
      ),
      gap && p({ class: "note", role: "status" }, line(gap)),
      div(
        { class: opened ? "split opened" : "split" },
        h(List, {
          ref: this.list,
          label: "Events, the newest first",
          items,
          idOf: (event) => event.sequence,
          rowOf: eventRow,
          selected,
          onSelect: (event) => this.select(event),
          onOpen: (event) => this.show(event),
          onScroll: (top) => top > 0 && this.freeze(),
          empty: fault
            ? "Nothing can be shown with this filter."
            : [p(null, "No event has come yet that matches."), p(null, "What is published from now on appears here. ", tags.code(null, "./tocsin demo"), " shows how that looks.")],
        }),
        opened && h(Details, {
          event: opened,
          focus: true,
          link: address("live", { ...parameters, at: opened.sequence }),
          onClose: () => this.close(),
          onNarrow: (patterns, where) => this.narrow(patterns, where),
        }),
      ),
    ];
  }
}
