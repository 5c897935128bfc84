// The newest events that have come, a bounded number of them, and how many come.

const MOST = 5_000;
const SLACK = 1_000;
const WINDOW_MILLIS = 2_000;
const STEP_MILLIS = 250;
const LEAST_MILLIS = 1_000;

export class Feed {
  constructor(now = () => performance.now()) {
    this.now = now;
    this.clear();
  }

  clear() {
    this.events = [];
    this.total = 0;
    /** How many came in each step of the last seconds: [step, count]. */
    this.steps = [];
    this.begun = this.now();
  }

  add(event) {
    this.events.push(event);
    this.total++;
    if (this.events.length > MOST + SLACK) {
      this.events.splice(0, this.events.length - MOST);
    }
    if (event.initial) {
      return;
    }
    const step = Math.floor(this.now() / STEP_MILLIS);
    const last = this.steps.at(-1);
    if (last?.[0] === step) {
      last[1]++;
    } else {
      this.steps.push([step, 1]);
      this.forget(step);
    }
  }

  forget(step) {
    while (this.steps.length > 0 && this.steps[0][0] < step - WINDOW_MILLIS / STEP_MILLIS) {
      this.steps.shift();
    }
  }

  /** Events a second, over the last two seconds. */
  get rate() {
    this.forget(Math.floor(this.now() / STEP_MILLIS));
    const came = this.steps.reduce((sum, [, count]) => sum + count, 0);
    return (came * 1000) / Math.max(LEAST_MILLIS, Math.min(WINDOW_MILLIS, this.now() - this.begun));
  }

  /** At most MOST of them. */
  newestFirst() {
    return this.events.slice(-MOST).reverse();
  }
}
