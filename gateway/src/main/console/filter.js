// What somebody wants to see: patterns, and conditions on fields. Live and History have it.

import { askJson, query } from "./hub.js";
import { patternsOf, textOf, whereOf } from "./query.js";
import { Component, tags } from "./tags.js";
import { line } from "./text.js";

function whereText(json) {
  try {
    return json ? textOf(JSON.parse(json)) : "";
  } catch {
    return json;
  }
}

function warned({ pattern, message, suggestion }) {
  return `“${pattern}” ${message}${suggestion ? `; did you mean “${suggestion}”?` : ""}`;
}

/** Properties: parameters (events, where), catalog, fault, onApply(events, where as JSON). */
export class FilterBar extends Component {
  constructor(props) {
    super(props);
    this.state = { ...this.fromAddress(props.parameters), warnings: [] };
  }

  componentDidMount() {
    this.look();
  }

  componentWillUnmount() {
    this.looking?.abort();
  }

  fromAddress({ events, where }) {
    return { events: events ? events.split(",").join(" ") : "", where: whereText(where), misread: null };
  }

  componentDidUpdate(before) {
    const { events, where } = this.props.parameters;
    if (before.parameters.events !== events || before.parameters.where !== where) {
      this.setState(this.fromAddress(this.props.parameters));
      this.look();
    }
  }

  /** Asks whether the patterns match anything at all. */
  async look() {
    this.looking?.abort();
    this.looking = new AbortController();
    this.setState({ warnings: [] });
    const events = this.props.parameters.events || "*";
    try {
      const { warnings = [] } = await askJson(`/api/v1/events${query({ events, last: 1 })}`, { signal: this.looking.signal });
      this.setState({ warnings });
    } catch {
      // What is wrong with them is told by the screen, which asks for the events.
    }
  }

  apply(event) {
    event.preventDefault();
    try {
      const patterns = patternsOf(this.state.events);
      const where = whereOf(this.state.where);
      this.setState({ misread: null });
      this.props.onApply(patterns.join() === "*" ? "" : patterns.join(","), where && JSON.stringify(where));
    } catch (misread) {
      this.setState({ misread: misread.message });
    }
  }

  render({ catalog, fault, children }, { events, where, misread, warnings }) {
    const { button, datalist, div, form, input, label, option, p } = tags;
    const types = catalog.event_types.filter((type) => type.payload !== null).map((type) => type.type);
    const domains = [...new Set(types.map((type) => type.split(".", 1)[0]))].map((domain) => `${domain}.*`);
    const wrong = misread ?? fault;
    return form(
      { class: "filter", role: "search", onSubmit: (event) => this.apply(event) },
      div(
        { class: "field" },
        label({ for: "filter-events" }, "Types"),
        input({
          id: "filter-events", list: "filter-types", value: events, placeholder: "alert.* camera.offline", spellcheck: false,
          autocapitalize: "off", onInput: (event) => this.setState({ events: event.target.value }),
        }),
        datalist({ id: "filter-types" }, [...domains, ...types].map((type) => option({ value: type }))),
      ),
      div(
        { class: "field field-wide" },
        label({ for: "filter-where" }, "Fields"),
        input({
          id: "filter-where", value: where, placeholder: "camera_id=front confidence>=0.8", spellcheck: false, autocapitalize: "off",
          "aria-invalid": wrong ? "true" : null, "aria-describedby": wrong ? "filter-fault" : null,
          onInput: (event) => this.setState({ where: event.target.value }),
        }),
      ),
      button({ type: "submit" }, "Filter"),
      (events || where) && button({ type: "button", class: "quiet", onClick: () => this.props.onApply("", undefined) }, "Show all"),
      children,
      wrong && p({ class: "fault", role: "alert", id: "filter-fault" }, line(wrong, 400)),
      warnings.length > 0 && p({ class: "soft", role: "status" }, line(warnings.map(warned).join(". "), 400)),
    );
  }
}
