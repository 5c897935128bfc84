// Latencies out of the histograms of /metrics: what most of the last minute's took at the most.

import { duration } from "./text.js";

const WINDOW_MILLIS = 60_000;

export class Quantiles {
  constructor(family, now = () => performance.now()) {
    this.family = family;
    this.now = now;
    /** Buckets as they were: [time, Map of bound to count]. */
    this.looks = [];
  }

  /** Takes a page of figures. */
  take(text) {
    const buckets = new Map();
    const start = `${this.family}_bucket{`;
    for (const row of text.split("\n")) {
      if (row.startsWith(start)) {
        const bound = /le="([^"]+)"/.exec(row)?.[1];
        buckets.set(bound === "+Inf" ? Infinity : Number(bound), Number(row.slice(row.lastIndexOf("}") + 1).trim().split(" ", 1)[0]));
      }
    }
    const now = this.now();
    this.looks.push([now, buckets]);
    while (this.looks.length > 1 && this.looks[0][0] < now - WINDOW_MILLIS) {
      this.looks.shift();
    }
  }

  counts() {
    const newest = this.looks.at(-1)?.[1] ?? new Map();
    const oldest = this.looks[0]?.[1] ?? new Map();
    const recent = [...newest].map(([bound, count]) => [bound, count - (oldest.get(bound) ?? 0)]).sort((a, b) => a[0] - b[0]);
    return recent.length > 0 && recent.at(-1)[1] > 0 ? { recent: true, buckets: recent } : { recent: false, buckets: [...newest].sort((a, b) => a[0] - b[0]) };
  }

  get isRecent() {
    return this.counts().recent;
  }

  /** The bound below which so much of it is, in seconds; undefined when there is nothing. */
  at(share) {
    const { buckets } = this.counts();
    const all = buckets.at(-1)?.[1] ?? 0;
    return all === 0 ? undefined : buckets.find(([, count]) => count >= share * all)?.[0];
  }

  text(share) {
    const bound = this.at(share);
    if (bound === undefined) {
      return "–";
    }
    return bound === Infinity ? "more" : duration(bound);
  }
}
