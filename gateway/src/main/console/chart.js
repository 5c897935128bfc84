// A plot over time. Its colours are those of the page, light or dark; what it shows is also said in words.

import uPlot from "./lib/uplot/uPlot.esm.js";
import { Component, createRef, tags } from "./tags.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** What a name of a colour means now, as a canvas understands it. */
function colour(element, name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  element.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

/**
 * Properties: data (uPlot's: times in seconds, then each series), series ([{label, colour, bars}]), height, label (what it
 * shows, in words), window (how many seconds it shows; all there are, where it is not given), onSelect(from, to) in seconds.
 */
export class Chart extends Component {
  constructor(props) {
    super(props);
    this.box = createRef();
  }

  componentDidMount() {
    this.draw = () => this.make();
    dark.addEventListener("change", this.draw);
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.box.current);
    this.make();
  }

  componentWillUnmount() {
    dark.removeEventListener("change", this.draw);
    this.watcher.disconnect();
    this.plot?.destroy();
  }

  shouldComponentUpdate(next) {
    if (next.data !== this.props.data) {
      this.plot?.setData(next.data);
    }
    return next.label !== this.props.label;
  }

  fit() {
    const { clientWidth } = this.box.current;
    if (this.plot && clientWidth > 0 && clientWidth !== this.plot.width) {
      this.plot.setSize({ width: clientWidth, height: this.props.height });
    }
  }

  make() {
    const { data, series, height } = this.props;
    const box = this.box.current;
    this.plot?.destroy();
    const axis = {
      stroke: colour(box, "--soft"), font: "11px system-ui, sans-serif",
      grid: { stroke: colour(box, "--line"), width: 1 }, ticks: { show: false },
    };
    this.plot = new uPlot(
      {
        width: Math.max(200, box.clientWidth),
        height,
        legend: { show: false },
        cursor: { y: false, drag: { x: this.props.onSelect !== undefined, y: false, setScale: false } },
        scales: { x: { time: true, range: this.props.window && ((_, __, most) => [most - this.props.window, most]) }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
        axes: [{ ...axis, space: 80, size: 28, values: (_, times) => clock(times) }, { ...axis, size: 52, values: (_, values) => values.map((value) => short.format(value)) }],
        series: [
          {},
          ...series.map(({ label, colour: name, bars }) => ({
            label, stroke: colour(box, name), width: bars ? 0 : 2, fill: bars ? colour(box, name) : undefined,
            paths: bars ? uPlot.paths.bars({ size: [0.8, 40] }) : undefined, points: { show: false },
          })),
        ],
        hooks: {
          setSelect: [
            (plot) => {
              if (plot.select.width > 4) {
                this.props.onSelect?.(plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x"));
                plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              }
            },
          ],
        },
      },
      data,
      box,
    );
  }

  render({ label }) {
    return tags.div({ class: "chart", ref: this.box, role: "img", "aria-label": label });
  }
}

/** Times under an axis: as much of each as tells it from the next. */
function clock(times) {
  const step = times.length > 1 ? times[1] - times[0] : 60;
  const format = step < 60 ? withSeconds : step < 86_400 ? toTheMinute : day;
  return times.map((time) => format.format(new Date(time * 1000)));
}

const withSeconds = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const toTheMinute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
