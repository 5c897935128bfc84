// What is the case now: the latest of everything, as a wall that one may leave on a screen.

import { theHub, watch } from "./hub.js";
import { badge, levelOf, mark } from "./level.js";
import { address } from "./place.js";
import { Component, h, tags } from "./tags.js";
import { count, harmless, line, number } from "./text.js";
import { ago } from "./time.js";
import { State } from "./state.js";

const PATTERNS = ["alert.*", "camera.*", "service.*", "worker.*", "job.*", "gpu.*", "system.*", "detection.new"];
const REDRAW_MILLIS = 250;
const AGE_MILLIS = 5_000;
const SETTLED_MILLIS = 1_500;
const SHOWN = 60;

export class NowScreen extends Component {
  constructor(props) {
    super(props);
    this.wall = new State();
    this.state = { fault: null, ready: false };
  }

  componentDidMount() {
    const known = this.props.catalog.event_types.map((type) => type.type);
    const patterns = PATTERNS.filter((pattern) => known.some((type) => type.startsWith(pattern.replace("*", ""))));
    this.stop = watch(patterns.length > 0 ? patterns : ["*"], { latest: true }, (event) => this.wall.take(event), (thrown) =>
      this.setState({ fault: thrown.message }),
    );
    this.begun = Date.now();
    this.timer = setInterval(() => this.redraw(), REDRAW_MILLIS);
  }

  componentWillUnmount() {
    this.stop();
    clearInterval(this.timer);
  }

  redraw() {
    const { changes } = this.wall;
    const now = Date.now();
    const ready = this.state.ready || changes > 0 || (theHub().state === "open" && now - this.begun > SETTLED_MILLIS);
    if (!document.hidden && (this.drawn !== changes || ready !== this.state.ready || now - this.drawnAt > AGE_MILLIS)) {
      this.drawn = changes;
      this.drawnAt = now;
      this.setState({ ready });
    }
  }

  render(_, { fault, ready }) {
    const { div, h1, p, code } = tags;
    const { wall } = this;
    return div(
      { class: "page" },
      h1({ class: "hidden" }, "Now"),
      fault ? p({ class: "fault", role: "alert" }, line(fault, 400))
        : wall.isEmpty ? p({ class: "nothing", role: "status" }, ready ? ["Nothing has been reported yet. Cameras, services, workers, jobs, alerts and GPUs appear here as soon as something is published about them: ", code(null, "./tocsin demo"), " shows how that looks."] : "Asking for the latest of everything…")
        : div({ class: "wall" },
          h(Overall, { wall }),
          h(Group, { title: "Open alerts", of: "alert", items: wall.openAlerts(), tile: alertTile, none: "No alert is open.", wide: true }),
          h(Group, { title: "Cameras", of: "camera", items: wall.cameras(), tile: cameraTile }),
          h(Group, { title: "Services", of: "service", items: wall.services(), tile: serviceTile }),
          h(Group, { title: "Workers", of: "worker", items: wall.workers(), tile: workerTile }),
          h(Group, { title: "Jobs", of: "job", items: wall.jobs(), tile: jobTile }),
          h(Group, { title: "GPU", of: "reading", items: wall.gpus(), tile: gpuTile }),
        ),
    );
  }
}

/** The health of the whole, in one line. */
function Overall({ wall }) {
  const { div, p, span } = tags;
  const health = wall.health();
  if (health === undefined) {
    return null;
  }
  const level = levelOf(health);
  return div(
    { class: `overall level-${level}` },
    mark(level),
    p(null, span({ class: "overall-word" }, line(health.payload.health ?? "unknown", 40)), span({ class: "soft" }, " · the system, ", ago(health.timestamp))),
  );
}

function Group({ title, of, items, tile, none, wide }) {
  const { h2, li, p, section, span, ul } = tags;
  if (items.length === 0 && none === undefined) {
    return null;
  }
  return section(
    { class: wide ? "group group-wide" : "group", "aria-label": title },
    h2(null, title, items.length > 0 && span({ class: "soft" }, ` ${items.length}`)),
    items.length === 0 ? p({ class: "soft group-none" }, mark("ok"), none)
      : ul({ class: "tiles" }, items.slice(0, SHOWN).map((item) => li({ key: item.key, class: "tile" }, tile(item)))),
    items.length > SHOWN && p({ class: "soft" }, `and ${count(items.length - SHOWN, of)} more`),
  );
}

const name = (item, text) => tags.h3({ class: "tile-name" }, tags.a({ href: address("live", { at: item.event.sequence }) }, line(text, 60)));
const told = (item, ...more) => tags.p({ class: "tile-told" }, more.filter(Boolean).map((part) => [line(part, 90), " · "]), ago(item.event.timestamp));

function alertTile(item) {
  const { payload, acknowledged } = item;
  return [
    badge(levelOf({ type: "alert.created", payload }), payload.severity ?? "unknown"),
    name(item, payload.dedup_key ?? payload.id),
    told(item, acknowledged && "acknowledged", payload.dedup_key && payload.id),
  ];
}

function cameraTile(item) {
  const { payload, level, word, seen } = item;
  return [
    badge(level, word),
    name(item, payload.camera_name ?? item.key),
    told(item, item.event.payload.reason ?? item.event.payload.error),
    seen && tags.p({ class: "tile-told" }, "saw ", tags.b(null, line(seen.payload.label, 30)), " ", ago(seen.timestamp)),
  ];
}

const serviceTile = (item) => [badge(item.level, item.word), name(item, item.key), told(item, item.event.payload.message)];

const workerTile = (item) => [badge(item.level, item.word), name(item, item.key), told(item, item.event.payload.error ?? item.event.payload.reason)];

function jobTile(item) {
  const { payload, level, word } = item;
  const done = Math.min(100, Math.max(0, Number(payload.progress)));
  return [
    badge(level, word),
    name(item, payload.job_type ?? item.key),
    Number.isFinite(done) && word === "running" && meter(`${line(payload.job_type ?? "job", 40)}: done`, done, `${number(done)} %`),
    told(item, item.event.payload.message ?? item.event.payload.error),
  ];
}

function gpuTile(item) {
  const { payload } = item;
  const memory = payload.memory_total > 0 ? (payload.memory_used / payload.memory_total) * 100 : undefined;
  return [
    Number.isFinite(payload.utilization) && meter("Busy", payload.utilization, `${number(payload.utilization)} %`),
    Number.isFinite(memory) && meter("Memory", memory, `${number(payload.memory_used / 1024)} of ${number(payload.memory_total / 1024)} GiB`),
    Number.isFinite(payload.temperature) && meter("Temperature", payload.temperature, `${number(payload.temperature)} °C`),
    told(item, Number.isFinite(payload.inference_fps) && `${number(payload.inference_fps)} frames a second`),
  ];
}

/** A share of a hundred, as a bar with its words. */
export function meter(what, share, words) {
  const { div, span } = tags;
  return div(
    { class: "meter" },
    div({ class: "meter-words" }, span(null, harmless(what)), span(null, words)),
    div({ class: "meter-track", role: "meter", "aria-label": what, "aria-valuenow": Math.round(share), "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuetext": words },
      div({ class: "meter-fill", style: { width: `${Math.min(100, Math.max(0, share))}%` } })),
  );
}
