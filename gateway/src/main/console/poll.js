// Asks again and again while somebody looks.

import { Component } from "./tags.js";

/** A screen that asks: `load(signal)` gives what is set as the state, `every` says how often. */
export class Polling extends Component {
  componentDidMount() {
    this.seen = () => !document.hidden && this.again();
    document.addEventListener("visibilitychange", this.seen);
    this.again();
  }

  componentWillUnmount() {
    this.ended = true;
    document.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  /** Asks now. */
  async again() {
    clearTimeout(this.timer);
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    try {
      const loaded = await this.load(asking.signal);
      if (!this.ended && asking === this.asking) {
        this.setState({ ...loaded, fault: null, loaded: true });
      }
    } catch (refusal) {
      if (!this.ended && asking === this.asking && refusal.name !== "AbortError") {
        this.setState({ fault: refusal });
      }
    }
    if (!this.ended && asking === this.asking) {
      this.timer = setTimeout(() => !document.hidden && this.again(), this.every);
    }
  }
}

/** What to say of a refusal. */
export function sentence(refusal, right) {
  return refusal.status === 403
    ? `Your key does not have the right “${right}”. Whoever keeps the keys can make one with it: ./tocsin key new NAME --manage ${right}`
    : refusal.message;
}
