// A list of which only what is in view is in the page, however long it is. Its rows are as high as CSS says (--row).

import { Component, createRef, tags } from "./tags.js";

const SPARE_ROWS = 6;
const SMALLEST_ROW = 16;

/**
 * Properties: items (an array), rowOf(item) gives the content of a row, idOf(item) its name, selected (a name or null),
 * onSelect(item), onOpen(item), label, and empty (what is shown instead of no rows).
 */
export class List extends Component {
  constructor(props) {
    super(props);
    this.box = createRef();
    this.state = { top: 0, height: 600, row: 32 };
  }

  componentDidMount() {
    this.watcher = new ResizeObserver(() => this.measure());
    this.watcher.observe(this.box.current);
    this.measure();
  }

  componentWillUnmount() {
    this.watcher.disconnect();
  }

  measure() {
    const box = this.box.current;
    if (box === null) {
      return;
    }
    const row = Math.max(SMALLEST_ROW, Number.parseFloat(getComputedStyle(box).getPropertyValue("--row")) || 32);
    if (row !== this.state.row || box.clientHeight !== this.state.height) {
      this.setState({ row, height: box.clientHeight });
    }
  }

  /** Brings the newest into view again. */
  toTop() {
    this.box.current.scrollTop = 0;
  }

  scrolled() {
    const top = this.box.current.scrollTop;
    this.setState({ top });
    this.props.onScroll?.(top);
  }

  /** Moves the selection by keys; those of the browser scroll without it. */
  pressed(event) {
    const { items, idOf, selected, onSelect, onOpen } = this.props;
    const at = selected === null ? -1 : items.findIndex((item) => idOf(item) === selected);
    const page = Math.max(1, Math.floor(this.state.height / this.state.row) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -items.length, End: items.length };
    if (event.key === "Enter" && at >= 0) {
      onOpen(items[at]);
      event.preventDefault();
    } else if (Object.hasOwn(steps, event.key) && items.length > 0) {
      const next = at < 0 && event.key !== "End" ? 0 : Math.min(items.length - 1, Math.max(0, at + steps[event.key]));
      onSelect(items[next]);
      this.reveal(next);
      event.preventDefault();
    }
  }

  reveal(index) {
    const { row, height } = this.state;
    const box = this.box.current;
    box.scrollTop = Math.min(index * row, Math.max(box.scrollTop, (index + 1) * row - height));
  }

  render({ items, rowOf, idOf, selected, onOpen, label, empty, busy }, { top, height, row }) {
    const { div } = tags;
    const first = Math.max(0, Math.floor(top / row) - SPARE_ROWS);
    const last = Math.min(items.length, Math.ceil((top + height) / row) + SPARE_ROWS);
    const rows = [];
    for (let i = first; i < last; i++) {
      const item = items[i];
      const id = idOf(item);
      rows.push(
        div(
          {
            class: id === selected ? "row selected" : "row",
            style: { transform: `translateY(${i * row}px)` },
            role: "option",
            id: `row-${id}`,
            "aria-selected": String(id === selected),
            "aria-posinset": i + 1,
            "aria-setsize": items.length,
            onClick: () => onOpen(item),
          },
          rowOf(item),
        ),
      );
    }
    const active = rows.length > 0 && items.slice(first, last).some((item) => idOf(item) === selected);
    return div(
      { class: "list" },
      div(
        {
          class: "list-box",
          ref: this.box,
          tabIndex: 0,
          role: "listbox",
          "aria-label": label,
          "aria-busy": busy ? "true" : null,
          "aria-activedescendant": active ? `row-${selected}` : null,
          onScroll: () => this.scrolled(),
          onKeyDown: (event) => this.pressed(event),
        },
        div({ class: "list-rows", role: "presentation", style: { height: `${items.length * row}px` } }, rows),
      ),
      items.length === 0 && div({ class: "list-empty" }, empty),
    );
  }
}
