// How the hub fares: rates, latencies, the log, what is refused and why, and what nobody publishes or nobody wants.

import { RESERVED } from "./catalog.js";
import { Chart } from "./chart.js";
import { ask, askJson } from "./hub.js";
import { badge } from "./level.js";
import { address } from "./place.js";
import { Polling, sentence } from "./poll.js";
import { Quantiles } from "./quantiles.js";
import { h, tags } from "./tags.js";
import { bytes, count, duration, exact, harmless, line, number } from "./text.js";
import { wantedTypes } from "./wanted.js";

const MINUTES = 5;
const EVERY_MILLIS = 2_000;

export class HealthScreen extends Polling {
  constructor(props) {
    super(props);
    this.every = EVERY_MILLIS;
    this.rates = [[], [], []];
    this.appends = new Quantiles("tocsin_append_seconds");
    this.deliveries = new Quantiles("tocsin_delivery_seconds");
    this.state = { stats: null, fault: null, wanted: null };
  }

  async load(signal) {
    const [stats, metrics, ready] = await Promise.all([
      askJson("/api/v1/stats", { signal }),
      ask("/metrics", { signal }).then((answer) => answer.text()),
      ask("/readyz", { signal }).then((answer) => answer.json()).catch((refusal) => ({ status: "unavailable", reason: refusal.message })),
    ]);
    this.note(stats);
    this.appends.take(metrics);
    this.deliveries.take(metrics);
    return { stats, ready, wanted: await this.wanted(signal) };
  }

  /** Which types somebody wants now; null where this may not be seen. It changes seldom, and is asked for seldom. */
  async wanted(signal) {
    if (this.askedAt !== undefined && performance.now() - this.askedAt < 5 * EVERY_MILLIS) {
      return this.state.wanted;
    }
    this.askedAt = performance.now();
    try {
      return await wantedTypes(this.props.catalog, signal);
    } catch {
      return null;
    }
  }

  note(stats) {
    const [times, published, delivered] = this.rates;
    const now = Date.now() / 1000;
    const before = this.last;
    this.last = { now, published: stats.published, delivered: stats.delivered };
    if (before === undefined || stats.published < before.published) {
      return;
    }
    times.push(now);
    published.push((stats.published - before.published) / (now - before.now));
    delivered.push((stats.delivered - before.delivered) / (now - before.now));
    while (times.length > 0 && times[0] < now - MINUTES * 60) {
      this.rates.forEach((column) => column.shift());
    }
    this.rates = [...this.rates];
  }

  render({ catalog }, { stats, ready, fault, wanted }) {
    const { div, h1, p } = tags;
    return div(
      { class: "page health" },
      h1(null, "Health"),
      fault && p({ class: "fault", role: "alert" }, line(sentence(fault, "metrics"), 400)),
      stats === null && !fault && p({ class: "soft", role: "status" }, "Asking the server how it fares…"),
      stats !== null && [
        this.overall(ready, stats),
        this.figures(stats),
        this.chart(),
        div({ class: "panels" }, this.latencies(), this.log(stats), this.rejections(stats), this.silent(stats, catalog), this.wantedBy(stats, wanted)),
      ],
    );
  }

  overall({ status, reason }, { version }) {
    const level = { ready: "ok", degraded: "medium" }[status] ?? "critical";
    return tags.p({ class: "ready" }, badge(level, status), reason && [" ", line(reason, 400)], tags.span({ class: "soft" }, ` · tocsin ${line(version, 40)}`));
  }

  figures(stats) {
    const [, published, delivered] = this.rates;
    const facts = [
      ["Published a second", published.length > 0 ? number(published.at(-1)) : "…"],
      ["Delivered a second", delivered.length > 0 ? number(delivered.at(-1)) : "…"],
      ["Connections", exact(stats.total_connections)],
      ["Published", exact(stats.published)],
      ["Refused", exact(stats.rejected)],
      ["Running for", duration(Math.floor(stats.uptime_seconds))],
    ];
    return tags.dl({ class: "facts" }, facts.map(([name, value]) => tags.div(null, tags.dt(null, name), tags.dd(null, value))));
  }

  chart() {
    const { div, figcaption, figure, span } = tags;
    const [times, published, delivered] = this.rates;
    return figure(
      { class: "panel rates" },
      figcaption(null, "Events a second, ", span({ class: "key key-accent" }, "published"), " and ", span({ class: "key key-ok" }, "delivered"), `, in the last ${MINUTES} minutes while this is open`),
      times.length < 2 ? div({ class: "soft chart-wait" }, "Two looks make a rate…") : h(Chart, {
        data: this.rates, height: 170, window: MINUTES * 60,
        series: [{ label: "published", colour: "--accent" }, { label: "delivered", colour: "--ok" }],
        label: `Now ${number(published.at(-1))} published and ${number(delivered.at(-1))} delivered a second; at most ${number(Math.max(...published))} and ${number(Math.max(...delivered))}`,
      }),
    );
  }

  latencies() {
    const { h2, p, section, table, tbody, td, th, thead, tr } = tags;
    const rows = [["Accepted until safe in the log", this.appends], ["Safe until at the last socket", this.deliveries]];
    return section(
      { class: "panel" },
      h2(null, "Latency"),
      table(null,
        thead(null, tr(null, th({ scope: "col" }, "At most"), ["half", "95 %", "99 %"].map((title) => th({ scope: "col", class: "figure" }, title)))),
        tbody(null, rows.map(([title, quantiles]) => tr(null, th({ scope: "row" }, title), [0.5, 0.95, 0.99].map((share) => td({ class: "figure" }, quantiles.text(share))))))),
      p({ class: "soft" }, this.appends.isRecent ? "Of the last minute." : "Since the start; nothing has come in the last minute."),
    );
  }

  log(stats) {
    const { dd, div, dl, dt, h2, p, section } = tags;
    const { log } = stats;
    const wrong = [log.fault, log.read_fault, log.trouble].filter(Boolean);
    const facts = [
      ["Kind", line(log.kind, 40)], ["Size", bytes(log.size_bytes)], ["Events", exact(Math.max(0, stats.newest_sequence - stats.oldest_sequence + 1))],
      ["From", exact(stats.oldest_sequence)], ["To", exact(stats.newest_sequence)], ["Epoch", line(stats.epoch, 60)],
    ];
    return section(
      { class: "panel" },
      h2(null, "Log"),
      wrong.map((fault) => p({ class: "fault" }, badge("critical", "trouble"), " ", line(fault, 400))),
      log.unreadable?.length > 0 && p({ class: "fault" }, `Damaged: ${log.unreadable.map(({ from, to }) => `${exact(from)} to ${exact(to)}`).join(", ")}`),
      dl({ class: "pairs" }, facts.map(([name, value]) => div(null, dt(null, name), dd(null, value)))),
    );
  }

  rejections(stats) {
    const { code, h2, p, section, table, tbody, td, th, thead, tr } = tags;
    const refused = stats.rejections ?? [];
    return section(
      { class: "panel panel-wide" },
      h2(null, "Refused"),
      refused.length === 0 ? p({ class: "soft" }, "Nothing has been refused since the start.")
        : tags.div({ class: "table-scroll", tabIndex: 0, role: "region", "aria-label": "What was refused" }, table(null,
          thead(null, tr(null, th({ scope: "col" }, "Type"), th({ scope: "col" }, "Code"), th({ scope: "col" }, "Fields"), th({ scope: "col", class: "figure" }, "Times"))),
          tbody(null, refused.slice(0, 20).map((one) => tr(null,
            td(null, one.type === "" ? tags.span({ class: "soft" }, "none of the catalog") : harmless(one.type)),
            td(null, code(null, line(one.code, 60))),
            td(null, (one.fields ?? []).slice(0, 6).map((field) => tags.div(null, code(null, line(field.field || "(payload)", 60)), ` ${line(field.code, 40)} `, tags.span({ class: "soft" }, exact(field.count))))),
            td({ class: "figure" }, exact(one.count))))))),
    );
  }

  silent(stats, catalog) {
    const types = catalog.event_types.filter((type) => type.payload !== null && !RESERVED.test(type.type)).map((type) => type.type);
    const silent = types.filter((type) => !(stats.published_by_type?.[type] > 0));
    return this.types("Never published", silent, "Every type has been published since the server started.", `of ${count(types.length, "type")}, since the server started ${duration(Math.floor(stats.uptime_seconds))} ago`);
  }

  wantedBy(stats, wanted) {
    const published = Object.keys(stats.published_by_type ?? {}).filter((type) => stats.published_by_type[type] > 0);
    const lonely = wanted === null
      ? published.filter((type) => !(stats.delivered_by_type?.[type] > 0))
      : published.filter((type) => !wanted.has(type));
    return this.types("Published, and nobody wants it", lonely, "Somebody wants each type that is published.", wanted === null ? "which nobody was given since the start" : "as the patterns of those say who are connected; this page counts as well while it shows events");
  }

  types(title, types, none, told) {
    const { a, h2, li, p, section, ul } = tags;
    return section(
      { class: "panel" },
      h2(null, title),
      types.length === 0 ? p({ class: "soft" }, none)
        : [p({ class: "soft" }, `${exact(types.length)} ${told}`), ul({ class: "chips" }, types.map((type) => li(null, a({ href: address("catalog", { type }) }, harmless(type)))))],
    );
  }
}
