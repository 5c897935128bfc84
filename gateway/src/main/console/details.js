// One event, whole: what it is, where it was seen, its JSON as it stands in the log, and a link to it.

import { drawing } from "./boxes.js";
import { ask, query } from "./hub.js";
import { PrettyJson } from "./json.js";
import { badge, gist, levelOf } from "./level.js";
import { Component, createRef, h, tags } from "./tags.js";
import { exact, harmless, line } from "./text.js";
import { dayAndTime } from "./time.js";

/** The text of an event as the log has it; undefined when it is not there any more. */
export async function textOfEvent(sequence, signal) {
  const answer = await ask(`/api/v1/events${query({ since: sequence - 1, limit: 1 })}`, { signal });
  const text = await answer.text();
  const event = JSON.parse(text).events[0];
  if (event?.sequence !== sequence) {
    return undefined;
  }
  const from = text.indexOf("[") + 1;
  const to = text.lastIndexOf('],"');
  return { event, text: to > from ? text.slice(from, to) : JSON.stringify(event) };
}

/** Properties: event, link (of the view with this event), onClose, onNarrow(patterns, where). */
export class Details extends Component {
  constructor(props) {
    super(props);
    this.heading = createRef();
    this.state = { text: null, said: "" };
  }

  componentDidMount() {
    this.load();
    if (this.props.focus) {
      this.heading.current.focus();
    }
  }

  componentDidUpdate(before) {
    if (before.event.sequence !== this.props.event.sequence) {
      this.setState({ text: null, said: "" });
      this.load();
    }
  }

  componentWillUnmount() {
    this.loading?.abort();
  }

  /** Numbers as they were written: what came over the connection has been read into numbers of JavaScript. */
  async load() {
    this.loading?.abort();
    this.loading = new AbortController();
    const { sequence } = this.props.event;
    try {
      const found = await textOfEvent(sequence, this.loading.signal);
      if (found && this.props.event.sequence === sequence) {
        this.setState({ text: found.text });
      }
    } catch {
      // What is shown already is good enough.
    }
  }

  async copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      this.setState({ said: `${what} copied` });
    } catch {
      this.setState({ said: "The browser does not allow copying here" });
    }
  }

  narrowings() {
    const { event, onNarrow } = this.props;
    const camera = event.payload?.camera_id;
    const offers = [[`Only ${line(event.type, 60)}`, [event.type], undefined]];
    if (typeof camera === "string") {
      offers.push([`Only ${line(camera, 40)}`, ["*"], { camera_id: camera }]);
    }
    if (typeof event.correlation_id === "string") {
      offers.push(["What belongs to it", ["*"], { $correlation_id: event.correlation_id }]);
    }
    return offers.map(([text, patterns, where]) =>
      tags.button({ type: "button", onClick: () => onNarrow(patterns, where) }, text),
    );
  }

  render({ event, link, onClose, onNarrow }, { text, said }) {
    const { a, aside, button, dd, div, dl, dt, h2, header, p } = tags;
    const level = levelOf(event);
    const json = text ?? JSON.stringify(event);
    const facts = [
      ["Time", dayAndTime(event.timestamp)],
      ["Sequence", exact(event.sequence)],
      event.channel && ["Channel", line(event.channel, 100)],
      event.correlation_id && ["Correlation", line(event.correlation_id, 200)],
    ].filter(Boolean);
    return aside(
      {
        class: "details",
        "aria-label": "Details of the event",
        onKeyDown: (pressed) => pressed.key === "Escape" && onClose(),
      },
      header(
        null,
        h2({ tabIndex: -1, ref: this.heading }, harmless(event.type)),
        button({ type: "button", class: "close", onClick: onClose, "aria-label": "Close the details" }, "×"),
      ),
      div({ class: "details-body" },
        p({ class: "details-gist" }, level !== "info" && [badge(level), " "], gist(event)),
        dl(null, facts.map(([name, value]) => [dt(null, name), dd(null, value)])),
        drawing(event),
        h(PrettyJson, { json, label: "The event in JSON", key: event.sequence }),
        div({ class: "buttons" },
          a({ class: "button", href: link }, "Link to this view"),
          button({ type: "button", onClick: () => this.copy(json, "JSON") }, "Copy JSON"),
          onNarrow && this.narrowings(),
        ),
        p({ class: "said", role: "status" }, said),
      ),
    );
  }
}

