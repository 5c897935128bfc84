// What was: the rate as a chart by which one moves about, and the events from a time or a sequence on.

import { Chart } from "./chart.js";
import { Details, textOfEvent } from "./details.js";
import { FilterBar } from "./filter.js";
import { askJson, query } from "./hub.js";
import { List } from "./list.js";
import { eventRow } from "./live.js";
import { address, go, slide } from "./place.js";
import { Component, createRef, h, tags } from "./tags.js";
import { count, exact, line, number } from "./text.js";
import { forField, moment } from "./time.js";

const SPANS = [[15, "15 min"], [60, "1 h"], [360, "6 h"], [1_440, "1 day"], [10_080, "7 days"]];
const USUAL_MINUTES = 60;
const STEPS = 60;
const AT_A_TIME = 4;
const PAGE = 200;
const MOST = 20_000;
const NEAR_END_ROWS = 30;

/** Properties: parameters (events, where, minutes, end, from or since, at), catalog. */
export class HistoryScreen extends Component {
  constructor(props) {
    super(props);
    this.list = createRef();
    this.known = new Map();
    this.state = { bars: null, items: [], next: null, busy: false, fault: null, chartFault: null, opened: null, selected: null, said: "" };
  }

  componentDidMount() {
    this.count();
    this.read(true);
    this.open(this.props.parameters.at);
  }

  componentWillUnmount() {
    this.counting?.abort();
    this.reading?.abort();
  }

  componentDidUpdate({ parameters: before }) {
    const { parameters: now } = this.props;
    if (before.minutes !== now.minutes || before.end !== now.end) {
      this.count();
    }
    if (["events", "where", "from", "since"].some((name) => before[name] !== now[name]) || (this.isByWindow() && (before.minutes !== now.minutes || before.end !== now.end))) {
      this.read(true);
    }
    if (before.at !== now.at) {
      this.open(now.at);
    }
  }

  isByWindow() {
    const { from, since } = this.props.parameters;
    return !from && !since;
  }

  minutes() {
    return Math.min(43_200, Math.max(1, Number(this.props.parameters.minutes) || USUAL_MINUTES));
  }

  /** Where the window ends. One without an end ends now. */
  end() {
    return moment(this.props.parameters.end) ?? new Date();
  }

  move(parameters) {
    go("history", { ...this.props.parameters, at: undefined, ...parameters });
  }

  /** The sequence before which everything is older than a time: sequences have no holes, so two of them tell a rate. */
  async sequenceAt(millis, signal) {
    const known = this.known.get(millis);
    if (known !== undefined) {
      return known;
    }
    const page = await askJson(`/api/v1/events${query({ from: new Date(millis).toISOString(), limit: 1 })}`, { signal });
    const sequence = page.events.length > 0 ? page.events[0].sequence : page.next_since + 1;
    if (page.events.length > 0) {
      this.known.set(millis, sequence);
    }
    return sequence;
  }

  /** Asks how many events came in each step of the window, a few steps at a time. */
  async count() {
    this.counting?.abort();
    this.counting = new AbortController();
    const { signal } = this.counting;
    const step = Math.max(1_000, Math.round((this.minutes() * 60_000) / STEPS));
    const last = Math.floor(this.end().getTime() / step) * step;
    const times = Array.from({ length: STEPS + 1 }, (_, i) => last - (STEPS - 1 - i) * step);
    const sequences = new Array(times.length);
    const waiting = times.keys();
    this.setState({ chartFault: null });
    try {
      await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
        for (const i of waiting) {
          sequences[i] = await this.sequenceAt(times[i], signal);
        }
      }));
      const rates = times.slice(0, -1).map((_, i) => (Math.max(0, sequences[i + 1] - sequences[i]) * 60_000) / step);
      this.setState({ bars: { times, step, rates, total: Math.max(0, sequences.at(-1) - sequences[0]) } });
    } catch (refusal) {
      if (refusal.name !== "AbortError") {
        this.setState({ chartFault: refusal.message });
      }
    }
  }

  /** Reads the next page of the list; from its beginning when what is asked for has changed. */
  async read(anew) {
    if (!anew && (this.state.busy || this.state.next === null || this.state.items.length >= MOST)) {
      return;
    }
    this.reading?.abort();
    this.reading = new AbortController();
    this.setState(anew ? { items: [], next: null, busy: true, fault: null } : { busy: true });
    const { events, where, from, since } = this.props.parameters;
    const start = !anew ? { since: this.state.next }
      : since ? { since: Math.max(0, Number(since) - 1) }
      : { from: from ?? new Date(this.end().getTime() - this.minutes() * 60_000).toISOString() };
    try {
      const page = await askJson(`/api/v1/events${query({ events, where, limit: PAGE, ...start })}`, { signal: this.reading.signal });
      const items = anew ? page.events : [...this.state.items, ...page.events];
      this.setState({ items, next: page.events.length > 0 ? page.next_since : null, busy: false });
    } catch (refusal) {
      if (refusal.name !== "AbortError") {
        this.setState({ busy: false, fault: refusal.message });
      }
    }
  }

  scrolled(top) {
    const { row, height } = this.list.current.state;
    if ((top + height) / row > this.state.items.length - NEAR_END_ROWS) {
      this.read(false);
    }
  }

  async open(at) {
    const sequence = Number(at);
    if (!at || this.state.opened?.sequence === sequence) {
      return;
    }
    try {
      const found = await textOfEvent(sequence);
      this.setState(found ? { opened: found.event, selected: sequence } : { said: `Event ${exact(sequence)} is not in the log any more, or not for you to see.` });
    } catch (refusal) {
      this.setState({ said: refusal.message });
    }
  }

  show(event) {
    this.setState({ selected: event.sequence, opened: event });
    slide("history", { ...this.props.parameters, at: event.sequence });
  }

  close() {
    this.setState({ opened: null });
    slide("history", { ...this.props.parameters, at: undefined });
    document.querySelector(".list-box")?.focus();
  }

  jump(event) {
    event.preventDefault();
    const { time, sequence } = event.target.elements;
    if (sequence.value !== "") {
      this.move({ since: sequence.valueAsNumber, from: undefined });
    } else if (time.value !== "") {
      const from = new Date(time.value);
      const end = new Date(from.getTime() + this.minutes() * 60_000);
      this.move({ from: from.toISOString(), since: undefined, end: end.getTime() > Date.now() ? undefined : end.toISOString() });
    }
  }

  /** Half a window to one side. */
  turn(direction) {
    const end = new Date(this.end().getTime() + (direction * this.minutes() * 60_000) / 2);
    this.move({ end: end.getTime() >= Date.now() ? undefined : end.toISOString(), from: undefined, since: undefined });
  }

  choose(from, to) {
    const minutes = Math.max(1, Math.ceil((to - from) / 60));
    this.move({ from: new Date(from * 1000).toISOString(), since: undefined, minutes, end: new Date((from + minutes * 60) * 1000).toISOString() });
  }

  render({ parameters, catalog }, { items, busy, fault, opened, selected, said, next }) {
    const { button, div, form, h1, input, label, p, span } = tags;
    const start = parameters.from ? moment(parameters.from) : null;
    return [
      h1({ class: "hidden" }, "History"),
      h(FilterBar, { parameters, catalog, fault, onApply: (events, where) => this.move({ events, where }) }),
      this.chart(),
      form(
        { class: "bar jump", onSubmit: (event) => this.jump(event) },
        button({ type: "button", onClick: () => this.turn(-1) }, "← Earlier"),
        button({ type: "button", disabled: !parameters.end, onClick: () => this.turn(1) }, "Later →"),
        span({ class: "spans", role: "group", "aria-label": "How much the chart shows" },
          SPANS.map(([minutes, title]) => button({ type: "button", "aria-pressed": String(minutes === this.minutes()), onClick: () => this.move({ minutes }) }, title))),
        span({ class: "jump-to" },
          label({ for: "jump-time" }, "From time"), input({ id: "jump-time", name: "time", type: "datetime-local", step: 1, value: start ? forField(start) : "" }),
          label({ for: "jump-sequence" }, "or sequence"), input({ id: "jump-sequence", name: "sequence", type: "number", min: 1, value: parameters.since ?? "" }),
          button({ type: "submit" }, "Go")),
      ),
      said && p({ class: "note", role: "status" }, line(said)),
      div(
        { class: opened ? "split opened" : "split" },
        h(List, {
          ref: this.list, label: "Events, the oldest first", items, busy, idOf: (event) => event.sequence, rowOf: eventRow, selected,
          onSelect: (event) => { this.setState({ selected: event.sequence }); if (opened) { this.show(event); } },
          onOpen: (event) => this.show(event), onScroll: (top) => this.scrolled(top),
          empty: busy ? "Reading the log…" : fault ? "Nothing can be shown with this filter." : "No event of this time matches. Try an earlier time, or another filter.",
        }),
        opened && h(Details, {
          event: opened, focus: true, link: address("history", { ...parameters, at: opened.sequence }), onClose: () => this.close(),
          onNarrow: (patterns, where) => this.move({ events: patterns[0] === "*" ? "" : patterns.join(","), where: where && JSON.stringify(where) }),
        }),
      ),
      p({ class: "hidden", role: "status" }, busy ? "Reading the log" : `${count(items.length, "event")} read${next === null ? ", the last of them included" : ""}`),
    ];
  }

  chart() {
    const { div, p } = tags;
    const { bars, chartFault } = this.state;
    if (chartFault !== null) {
      return p({ class: "fault chart-box" }, line(chartFault));
    }
    if (bars === null) {
      return div({ class: "chart-box soft", role: "status" }, "Counting events…");
    }
    const { times, step, rates, total } = bars;
    return div(
      { class: "chart-box" },
      p({ class: "soft chart-told" }, `${count(total, "event")} in this window, at most ${number(Math.max(...rates))} a minute. Drag over the chart to look closer.`),
      h(Chart, {
        data: [times.slice(0, -1).map((time) => (time + step / 2) / 1000), rates], series: [{ label: "a minute", colour: "--accent", bars: true }], height: 130,
        onSelect: (from, to) => this.choose(from, to),
        label: `Events a minute: ${exact(total)} in all, at most ${number(Math.max(...rates))} a minute`,
      }),
    );
  }
}
