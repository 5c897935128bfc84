// Every type of the catalog with its schema, and a form that publishes one.

import { askJson } from "./hub.js";
import { PublishForm } from "./form.js";
import { address } from "./place.js";
import { inWords, plain, resolve } from "./schema.js";
import { Component, h, tags } from "./tags.js";
import { count, harmless, line } from "./text.js";

/** What only the server itself publishes. */
export const RESERVED = /^(connection\..*|ping|pong|error)$/;

/** Properties: parameters (type), catalog. */
export class CatalogScreen extends Component {
  constructor(props) {
    super(props);
    this.state = { find: "", schema: null, fault: null };
  }

  componentDidMount() {
    this.load();
  }

  componentDidUpdate(before) {
    if (before.parameters.type !== this.props.parameters.type) {
      this.load();
    }
  }

  async load() {
    const { type } = this.props.parameters;
    this.setState({ schema: null, fault: null });
    if (!type || this.entry()?.payload === null) {
      return;
    }
    try {
      const schema = await askJson(`/api/v1/catalog/${encodeURIComponent(type)}/schema`);
      if (type === this.props.parameters.type) {
        this.setState({ schema });
      }
    } catch (refusal) {
      this.setState({ fault: refusal.message });
    }
  }

  entry() {
    return this.props.catalog.event_types.find((entry) => entry.type === this.props.parameters.type);
  }

  render({ parameters, catalog }, { find, schema, fault }) {
    const { a, code, div, h1, h2, input, label, li, nav, p, section, span, ul } = tags;
    const wanted = find.trim().toLowerCase();
    const found = catalog.event_types.filter((entry) => `${entry.type} ${entry.description}`.toLowerCase().includes(wanted));
    const entry = this.entry();
    return div(
      { class: entry ? "columns chosen" : "columns" },
      nav(
        { class: "column", "aria-label": "Event types" },
        div({ class: "column-find" },
          label({ for: "find-type", class: "hidden" }, "Find a type"),
          input({ id: "find-type", type: "search", placeholder: `Find in ${count(catalog.event_types.length, "type")}`, value: find, onInput: (event) => this.setState({ find: event.target.value }) })),
        ul({ class: "types" }, found.map((one) =>
          li({ key: one.type },
            a({ href: address("catalog", { type: one.type }), "aria-current": one === entry ? "true" : null },
              span({ class: "types-name" }, harmless(one.type)), span({ class: "types-told" }, line(one.description, 140)))))),
        found.length === 0 && p({ class: "nothing" }, `No type is called like “${line(find, 40)}”.`),
      ),
      section(
        { class: "page" },
        entry === undefined
          ? [h1(null, "Catalog"), p({ class: "soft" }, parameters.type ? `There is no type “${line(parameters.type, 100)}”.` : "Choose a type to see its schema, and to publish one.")]
          : [
            p({ class: "back" }, a({ href: address("catalog") }, "All types")),
            h1({ class: "mono-title" }, harmless(entry.type)),
            p({ class: "lead" }, harmless(entry.description)),
            p({ class: "soft" }, "Channel ", code(null, harmless(entry.channel ?? "none")), " · ", a({ href: address("live", { events: entry.type }) }, "See it live")),
            fault && p({ class: "fault", role: "alert" }, line(fault)),
            entry.payload === null && p({ class: "soft" }, "The server’s own: it has no payload that anybody could publish."),
            schema && [h2(null, "Payload"), h(Fields, { schema, root: schema }), this.form(entry, schema)],
            !schema && !fault && entry.payload !== null && p({ class: "soft", role: "status" }, "Asking for the schema…"),
          ],
      ),
    );
  }

  form(entry, schema) {
    return RESERVED.test(entry.type)
      ? tags.p({ class: "soft" }, "Only the server itself publishes these.")
      : [tags.h2(null, "Publish one"), h(PublishForm, { key: entry.type, type: entry.type, schema })];
  }
}

/** The fields of a schema, as a table; those of objects within it below them. */
function Fields({ schema, root, depth = 0 }) {
  const { code, div, span, table, tbody, td, th, thead, tr } = tags;
  const meant = plain(schema, root);
  const rows = rowsOf(meant, root, depth);
  return div(
    { class: "table-box", tabIndex: 0, role: "region", "aria-label": "Fields of the payload" },
    table({ class: "fields" },
      thead(null, tr(null, th({ scope: "col" }, "Field"), th({ scope: "col" }, "Takes"), th({ scope: "col" }, "Meaning"))),
      tbody(null, rows.map(({ name, level, required, words, told }) =>
        tr(null,
          td({ class: `depth-${Math.min(level, 4)}` }, code(null, harmless(name)), required && span({ class: "required", title: "required" }, " required")),
          td(null, line(words, 400)),
          td(null, line(told, 600))))),
    ),
  );
}

function rowsOf(schema, root, level) {
  if (level > 4) {
    return [];
  }
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const meant = plain(member, root);
    const within = meant.type === "array" ? plain(resolve(meant.items ?? {}, root), root) : meant;
    return [
      { name, level, required: schema.required?.includes(name), words: inWords(meant, root), told: meant.description ?? "" },
      ...rowsOf(within, root, level + 1),
    ];
  });
}
