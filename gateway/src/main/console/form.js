// A form made from a schema. It is judged by the server as one types, so that nothing here can differ from what holds.

import { ask, theHub } from "./hub.js";
import { address } from "./place.js";
import { exampleOf, formOf, inWords, isTime, jsonOf, kindOf, plain } from "./schema.js";
import { Component, h, tags } from "./tags.js";
import { count, exact, harmless, line } from "./text.js";

const PAUSE_MILLIS = 250;

/** Properties: type, schema. */
export class PublishForm extends Component {
  constructor(props) {
    super(props);
    this.state = { value: {}, raw: null, touched: new Set(), all: false, faults: [], judged: false, trouble: null, outcome: null, busy: false };
  }

  componentDidMount() {
    this.judge();
  }

  componentWillUnmount() {
    clearTimeout(this.timer);
    this.judging?.abort();
  }

  json() {
    const { value, raw } = this.state;
    return raw ?? jsonOf(value, this.props.schema, this.props.schema);
  }

  change(path, value) {
    const touched = new Set(this.state.touched).add(path.map(step).join(""));
    this.setState({ value: changed(this.state.value, path, value), touched, outcome: null });
    this.judgeSoon();
  }

  judgeSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.judge(), PAUSE_MILLIS);
  }

  /** Asks the server what is wrong with what is there; nothing is published. */
  async judge() {
    clearTimeout(this.timer);
    this.judging?.abort();
    this.judging = new AbortController();
    try {
      await ask(`/api/v1/catalog/${encodeURIComponent(this.props.type)}/validate`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: this.json(), signal: this.judging.signal,
      });
      this.setState({ faults: [], judged: true, trouble: null });
      return true;
    } catch (refusal) {
      if (refusal.name !== "AbortError") {
        const { errors } = refusal.details ?? {};
        this.setState({ faults: errors ?? [{ path: "", message: refusal.message }], judged: true, trouble: refusal.status === 422 || refusal.status === 400 ? null : refusal.message });
      }
      return false;
    }
  }

  async publish(event) {
    event.preventDefault();
    this.setState({ all: true, busy: true, outcome: null });
    try {
      if (await this.judge()) {
        const sequence = await theHub().publish(this.props.type, JSON.parse(this.json()));
        this.setState({ outcome: { sequence } });
      } else {
        document.querySelector(".publish [aria-invalid]")?.focus();
      }
    } catch (refusal) {
      this.setState({ outcome: { refused: refusal.message } });
    }
    this.setState({ busy: false });
  }

  fill() {
    const { schema } = this.props;
    this.setState({ value: formOf(exampleOf(schema, schema), schema, schema) ?? {}, raw: null, outcome: null });
    setTimeout(() => this.judge());
  }

  /** From fields to text and back. What cannot be shown in fields stays text. */
  swap() {
    const { schema } = this.props;
    const { raw } = this.state;
    if (raw === null) {
      this.setState({ raw: pretty(this.json()) });
      return;
    }
    try {
      this.setState({ value: formOf(JSON.parse(raw), schema, schema) ?? {}, raw: null });
    } catch {
      this.setState({ all: true });
    }
  }

  shown() {
    const { all, raw, touched, faults } = this.state;
    return all || raw !== null ? faults : faults.filter((fault) => touched.has(fault.path));
  }

  render({ schema, type }, { value, raw, judged, faults, trouble, outcome, busy }) {
    const { button, div, form, label, p, span, textarea } = tags;
    const shown = this.shown();
    const byPath = new Map(shown.map((fault) => [fault.path, fault.message]));
    const rest = raw === null ? shown.filter((fault) => !this.hasField(fault.path)) : shown;
    return form(
      { class: "publish", onSubmit: (event) => this.publish(event), noValidate: true },
      div({ class: "buttons" },
        button({ type: "button", onClick: () => this.fill() }, "Fill with an example"),
        button({ type: "button", "aria-pressed": String(raw !== null), onClick: () => this.swap() }, "As JSON")),
      raw === null
        ? h(Members, { schema: plain(schema, schema), root: schema, path: [], value, example: schema.examples?.[0], faults: byPath, onChange: (path, member) => this.change(path, member) })
        : div({ class: "field" },
          label({ for: "raw" }, "Payload in JSON"),
          textarea({ id: "raw", value: raw, spellcheck: false, rows: 14, "aria-invalid": faults.length > 0 ? "true" : null, onInput: (event) => { this.setState({ raw: event.target.value, outcome: null }); this.judgeSoon(); } })),
      rest.map((fault) => p({ class: "fault" }, fault.path && tags.code(null, harmless(fault.path)), " ", line(fault.message, 300))),
      div({ class: "publish-end" },
        button({ type: "submit", class: "primary", disabled: busy }, busy ? "Publishing…" : `Publish ${line(type, 60)}`),
        p({ role: "status", class: "soft" },
          trouble ? line(trouble) : !judged ? "" : faults.length > 0 ? `${count(faults.length, "thing is", "things are")} missing or wrong` : "Valid")),
      outcome && p({ role: "status", class: outcome.refused ? "fault outcome" : "outcome" },
        outcome.refused ? line(outcome.refused, 400) : [span(null, `Published as sequence ${exact(outcome.sequence)}. `), tags.a({ href: address("live", { at: outcome.sequence }) }, "See it")]),
    );
  }

  hasField(path) {
    return document.getElementById(`field-${path}`) !== null;
  }
}

const step = (name) => `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;

function pretty(json) {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

function changed(value, path, member) {
  if (path.length === 0) {
    return member;
  }
  const [first, ...rest] = path;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const inner = changed(copy[first], rest, member);
  if (inner === undefined && Array.isArray(copy)) {
    copy.splice(first, 1);
  } else if (inner === undefined) {
    delete copy[first];
  } else {
    copy[first] = inner;
  }
  return copy;
}

/** The fields of an object. */
function Members({ schema, root, path, value, example, faults, onChange }) {
  return tags.div(
    { class: "members" },
    Object.entries(schema.properties).map(([name, member]) =>
      h(Field, { key: name, name, schema: plain(member, root), root, path: [...path, name], required: schema.required?.includes(name) ?? false, value: value?.[name], example: example?.[name], faults, onChange })),
  );
}

/** One field, with its label, what it takes, and what is wrong with it. */
function Field(props) {
  const { name, schema, root, path, required, value, example, faults, onChange } = props;
  const { button, div, fieldset, label, legend, p, span } = tags;
  const kind = kindOf(schema);
  const pointer = path.map(step).join("");
  const id = `field-${pointer}`;
  const fault = faults.get(pointer);
  const told = [inWords(schema, root), schema.description].filter(Boolean).join(" · ");
  const title = [harmless(name), required ? span({ class: "required" }, " required") : null];
  const more = [p({ class: "field-told", id: `${id}-told` }, line(told, 300)), fault && p({ class: "fault", id: `${id}-fault` }, line(fault, 300))];
  if (kind === "object" || kind === "array") {
    return fieldset(
      { class: "nested", id, tabIndex: fault ? -1 : null, "aria-invalid": fault ? "true" : null },
      legend(null, title), more,
      kind === "array" ? h(Items, props)
        : value === undefined && !required ? button({ type: "button", onClick: () => onChange(path, {}) }, `Add ${line(name, 40)}`)
        : [h(Members, { schema, root, path, value: value ?? {}, example, faults, onChange }), !required && button({ type: "button", class: "quiet", onClick: () => onChange(path, undefined) }, `Leave ${line(name, 40)} out`)],
    );
  }
  const control = {
    id, "aria-invalid": fault ? "true" : null, "aria-required": required ? "true" : null,
    "aria-describedby": fault ? `${id}-told ${id}-fault` : `${id}-told`,
  };
  return div({ class: "field" }, label({ for: id }, title), h(Control, { kind, schema, control, required, value, example: schema.examples?.[0] ?? example, onValue: (typed) => onChange(path, typed) }), more);
}

function Control({ kind, schema, control, required, value, example, onValue }) {
  const { button, div, input, option, select, textarea } = tags;
  const left = (text) => (text === "" && (!required || kind !== "text") ? undefined : text);
  const placeholder = example === undefined || example === null ? null : line(example, 80);
  switch (kind) {
    case "choice":
    case "boolean": {
      const choices = kind === "boolean" ? [true, false] : schema.enum;
      const at = choices.indexOf(value);
      return select(
        { ...control, value: String(at), onChange: (event) => onValue(choices[Number(event.target.value)]) },
        option({ value: "-1" }, required ? "Choose…" : "Left out"),
        choices.map((choice, i) => option({ value: String(i) }, harmless(choice))),
      );
    }
    case "json":
      return textarea({ ...control, value: value ?? "", placeholder: placeholder ?? "{}", rows: 4, spellcheck: false, onInput: (event) => onValue(event.target.value === "" ? undefined : event.target.value) });
    default: {
      const field = input({
        ...control, value: value ?? "", placeholder, spellcheck: false, autocomplete: "off", inputmode: kind === "number" ? "decimal" : null,
        onInput: (event) => onValue(left(event.target.value)),
      });
      return isTime(schema)
        ? div({ class: "with-button" }, field, button({ type: "button", onClick: () => onValue(new Date().toISOString()) }, "Now"))
        : field;
    }
  }
}

/** The items of a list. */
function Items({ name, schema, root, path, value = [], example, faults, onChange }) {
  const { button, div } = tags;
  const item = plain(schema.items, root);
  const isObject = kindOf(item) === "object";
  return div(
    { class: "items" },
    value.map((one, i) =>
      div({ class: "item", key: i },
        h(Field, { name: `${name} ${i + 1}`, schema: item, root, path: [...path, i], required: true, value: one, example: example?.[0], faults, onChange }),
        button({ type: "button", class: "quiet", onClick: () => onChange([...path, i], undefined) }, `Remove ${line(name, 30)} ${i + 1}`))),
    button({ type: "button", onClick: () => onChange(path, [...value, isObject ? {} : ""]) }, `Add to ${line(name, 40)}`),
  );
}
