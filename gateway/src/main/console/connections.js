// Who is connected, how far behind and why; and to end one.

import { ask, askJson, query } from "./hub.js";
import { badge } from "./level.js";
import { Polling, sentence } from "./poll.js";
import { textOf } from "./query.js";
import { createRef, tags } from "./tags.js";
import { bytes, count, exact, line } from "./text.js";
import { ago } from "./time.js";

const PAGE = 200;
const MOST_PAGES = 50;

const WHY = {
  reading_log: "reading the log",
  waiting_for_socket: "its socket takes no more",
  in_debt: "waits until its time is paid for",
  waiting_for_memory: "waits for memory",
  awaiting_position: "resumes from a position that has not come here",
};

const LEVEL = { live: "ok", lagging: "medium", unauthenticated: "low", closing: "low" };

export class ConnectionsScreen extends Polling {
  constructor(props) {
    super(props);
    this.every = 2_000;
    this.dialog = createRef();
    this.state = { connections: [], total: 0, more: null, fault: null, loaded: false, find: "", closing: null, said: "", pages: 1 };
  }

  /** As many pages as somebody has turned. */
  async load(signal) {
    const connections = [];
    let after;
    let page;
    for (let i = 0; i < this.state.pages; i++) {
      page = await askJson(`/api/v1/connections${query({ limit: PAGE, after })}`, { signal });
      connections.push(...page.connections);
      after = page.next_after;
      if (after === undefined) {
        break;
      }
    }
    return { connections, total: page.total, more: after ?? null };
  }

  turn() {
    this.setState({ pages: Math.min(MOST_PAGES, this.state.pages + 1) }, () => this.again());
  }

  confirm(connection) {
    this.setState({ closing: connection, said: "" }, () => this.dialog.current.showModal());
  }

  async close() {
    const { id } = this.state.closing;
    this.dialog.current.close();
    try {
      await ask(`/api/v1/connections/${encodeURIComponent(id)}`, { method: "DELETE" });
      this.setState({ said: `Closed ${id}. Its client may come back.` });
    } catch (refusal) {
      this.setState({ said: refusal.message });
    }
    this.again();
  }

  render(_, { connections, total, more, fault, loaded, find, closing, said, pages }) {
    const { button, code, dialog, div, h1, h2, input, label, p } = tags;
    const wanted = find.trim().toLowerCase();
    const found = connections.filter((one) => JSON.stringify(one).toLowerCase().includes(wanted));
    const behind = connections.filter((one) => one.state === "lagging").length;
    return div(
      { class: "page" },
      h1(null, "Connections"),
      fault && p({ class: "fault", role: "alert" }, line(sentence(fault, "console"), 400)),
      !loaded && !fault && p({ class: "soft", role: "status" }, "Asking who is connected…"),
      loaded && [
        div({ class: "head" },
          p(null, count(total, "connection"), ", ", behind === 0 ? "none lagging" : tags.strong(null, `${exact(behind)} lagging`)),
          div({ class: "head-find" }, label({ for: "find-connection", class: "hidden" }, "Find a connection"),
            input({ id: "find-connection", type: "search", placeholder: "Find by name, address, pattern", value: find, onInput: (event) => this.setState({ find: event.target.value }) }))),
        p({ class: "said", role: "status" }, said),
        found.length === 0 ? p({ class: "nothing" }, total === 0 ? "Nobody is connected." : "No connection is like that.") : this.table(found),
        more !== null && pages < MOST_PAGES && div({ class: "buttons more" }, button({ type: "button", onClick: () => this.turn() }, `Show more (${exact(connections.length)} of ${exact(total)})`)),
      ],
      dialog(
        { ref: this.dialog, "aria-labelledby": "closing", onClose: () => this.setState({ closing: null }) },
        closing && [
          h2({ id: "closing" }, "Close this connection?"),
          p(null, code(null, closing.id), " of ", line(closing.name ?? "nobody in particular", 100), " from ", line(closing.address, 60), "."),
          p({ class: "soft" }, "It is told so (4520), and its client may come back. To keep somebody out, revoke the key."),
          div({ class: "buttons" },
            button({ type: "button", class: "danger", onClick: () => this.close() }, "Close it"),
            button({ type: "button", onClick: () => this.dialog.current.close() }, "Leave it")),
        ],
      ),
    );
  }

  table(found) {
    const { button, div, span, table, tbody, td, th, thead, tr } = tags;
    const head = ["Who", "State", "Wants", "Behind", "Waiting", "Since", ""];
    return div(
      { class: "table-box", tabIndex: 0, role: "region", "aria-label": "Connections" },
      table({ class: "connections" },
        thead(null, tr(null, head.map((title, i) => th({ scope: "col", class: i === 3 || i === 4 ? "figure" : null }, title || span({ class: "hidden" }, "Actions"))))),
        tbody(null, found.map((one) =>
          tr({ key: one.id },
            td({ "data-title": "Who" }, div({ class: "who" }, line(one.name ?? "anybody", 80)), div({ class: "soft mono", title: one.id }, `${line(one.address, 60)} · ${line(one.transport, 20)}`)),
            td({ "data-title": "State" }, badge(LEVEL[one.state] ?? "info", one.state), one.why && div({ class: "soft" }, WHY[one.why] ?? line(one.why, 60)), one.in_debt && div({ class: "soft" }, "in debt: nothing of it is read")),
            td({ "data-title": "Wants", class: "wants" }, wants(one)),
            td({ "data-title": "Behind", class: "figure" }, exact(one.behind)),
            td({ "data-title": "Waiting", class: "figure" }, bytes(one.bytes_waiting)),
            td({ "data-title": "Since" }, ago(one.since)),
            td(null, button({ type: "button", class: "quiet", "aria-label": `Close the connection of ${line(one.name ?? one.address, 60)}`, onClick: () => this.confirm(one) }, "Close")))))),
    );
  }
}

function wants({ patterns, filters, subscribed }) {
  const { code, div, span } = tags;
  if (!subscribed) {
    return span({ class: "soft" }, "everything");
  }
  const real = patterns.filter((pattern) => pattern !== "-");
  if (real.length === 0) {
    return span({ class: "soft" }, "nothing");
  }
  const shown = real.slice(0, 8);
  return [
    shown.map((pattern) => div(null, code(null, line(pattern, 80)), filters[pattern] && span({ class: "soft" }, " ", line(textOf(filters[pattern]), 200)))),
    real.length > shown.length && div({ class: "soft" }, `and ${count(real.length - shown.length, "pattern")} more`),
  ];
}
