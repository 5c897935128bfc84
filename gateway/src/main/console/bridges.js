// The bridges of this server: whether they have their other side, what came in and what became of it, what went out.

import { ask, askJson } from "./hub.js";
import { badge } from "./level.js";
import { Polling, sentence } from "./poll.js";
import { tags } from "./tags.js";
import { count, exact, line } from "./text.js";
import { ago } from "./time.js";

const WHY = {
  no_mapping: "no mapping is for it", repeated: "came before", loop: "has come out of this hub", busy: "more came than could be taken",
  invalid_json: "no JSON", malformed: "not what such a sender sends", not_convertible: "a value cannot be converted",
  message_too_large: "too large", unauthenticated: "not signed as agreed", invalid_payload: "the payload does not fit the type",
  refused_there: "the other side does not want it",
};

export class BridgesScreen extends Polling {
  constructor(props) {
    super(props);
    this.every = 2_000;
    this.state = { bridges: [], fault: null, loaded: false, said: "" };
  }

  async load(signal) {
    const { bridges } = await askJson("/api/v1/stats", { signal });
    return { bridges };
  }

  async retry(name) {
    try {
      const answer = await ask(`/api/v1/bridges/${encodeURIComponent(name)}/retry`, { method: "POST" });
      this.setState({ said: `${line(name, 80)} sends ${count((await answer.json()).retried, "event")} again.` });
    } catch (refusal) {
      this.setState({ said: sentence(refusal, "console") });
    }
    this.again();
  }

  render(_, { bridges, fault, loaded, said }) {
    const { code, div, h1, p } = tags;
    const away = bridges.filter((one) => one.connected === false).length;
    return div(
      { class: "page bridges", tabIndex: 0, role: "region", "aria-label": "Bridges" }, // it scrolls, and may have nothing else to stop at
      h1(null, "Bridges"),
      fault && p({ class: "fault", role: "alert" }, line(sentence(fault, "metrics"), 400)),
      !loaded && !fault && p({ class: "soft", role: "status" }, "Asking the server for its bridges…"),
      loaded && (bridges.length === 0
        ? p({ class: "nothing" }, "This server runs no bridges. ", code(null, "serve --bridges FILE"), " does.")
        : [
          p(null, count(bridges.length, "bridge"), ", ", away === 0 ? "none disconnected" : tags.strong(null, `${exact(away)} disconnected`)),
          p({ class: "said", role: "status" }, said),
          div({ class: "bridge-list" }, bridges.map((one) => this.bridge(one))),
        ]),
    );
  }

  bridge(one) {
    const { button, dd, div, dl, dt, h2, section, span } = tags;
    const facts = [
      ["In", exact(one.received)], ["Mapped", exact(one.published)],
      ["Ignored", exact(sum(one.ignored))], ["Refused", exact(sum(one.refused))],
      ...(one.sent === undefined ? [] : [["Out", exact(one.sent)], ["Behind", exact(one.behind)], ["Lost", exact(one.lost)], ["Set aside", exact(one.set_aside)]]),
    ];
    return section(
      { key: one.name, class: "panel bridge" },
      div({ class: "bridge-head" },
        h2(null, line(one.name, 80)), span({ class: "soft" }, line(one.kind, 40)),
        one.connected === undefined ? badge("info", "waits to be called") : one.connected ? badge("ok", "connected") : badge("high", "not connected")),
      one.place && div({ class: "soft mono bridge-text" }, line(one.place, 200)),
      one.error && tags.p({ class: "fault bridge-text" }, line(one.error, 400)),
      dl({ class: "pairs" }, facts.map(([name, value]) => div({ key: name }, dt(null, name), dd(null, value)))),
      one.last_received && div({ class: "soft" }, "Last message ", ago(one.last_received)),
      one.last_error && one.last_error.message !== one.error
        && div({ class: "bridge-text" }, span({ class: "soft" }, "Last error, ", ago(one.last_error.at), ": "), line(one.last_error.message, 400)),
      this.reasons("Ignored", one.ignored, []),
      this.reasons("Refused", one.refused, one.refusals ?? []),
      one.set_aside > 0 && div({ class: "buttons" },
        button({ type: "button", "aria-label": `Send again what ${line(one.name, 80)} has set aside`, onClick: () => this.retry(one.name) }, `Send ${count(one.set_aside, "event")} again`)),
    );
  }

  reasons(title, counts, examples) {
    const { code, div, h3, li, ul } = tags;
    const entries = Object.entries(counts ?? {});
    return entries.length > 0 && div(
      null,
      h3(null, title),
      ul({ class: "bridge-reasons" }, entries.map(([reason, times]) => {
        const last = examples.find((one) => one.reason === reason);
        return li(
          { key: reason },
          code(null, line(reason, 60)), ` ${exact(times)} `, WHY[reason] && tags.span({ class: "soft" }, WHY[reason]),
          last && div({ class: "bridge-text" }, line(last.message, 400)),
          last?.example && div({ class: "bridge-example mono bridge-text" }, line(last.example, 1_000)));
      })),
    );
  }
}

function sum(counts) {
  return Object.values(counts ?? {}).reduce((before, one) => before + one, 0);
}
