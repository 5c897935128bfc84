// @ts-check
// The JavaScript client of Tocsin: one file, no dependencies, for browsers, workers, Node 18+, Deno and Bun.
//
//   import { connect } from "https://hub.example/client/tocsin.js";
//   const hub = connect("https://hub.example", { token });
//   for await (const event of hub.subscribe(["alert.*"], { latest: true })) show(event);
//
// How it works, from the outside in:
//
//   Hub           the life of a client over all its connections. It opens them, notices that one is dead, comes back, and keeps
//                 the place in the log up to which everything has come.
//   Subscription  a cursor on the log with a bounded buffer. It is "live" as long as it takes events as fast as they come.
//                 Else it is "lagging": it lets those of the connection go, and reads the log by pages (history) at its own
//                 pace, until it can join the connection again without a seam. With `last`, `latest` or `since` it begins as
//                 a lagging one. So nothing is lost, nothing comes twice, and nobody waits for the slowest.
//   Outbox        what was published and is not known to be in the log.
//   Link          one connection: a WebSocket; where there can be none a stream (SSE); or another tab that has one. All speak
//                 the messages of docs/protocol.md, so the hub need not know which it has.
//
// What applications may use is in tocsin.d.ts; all other members belong to this file.

/** @typedef {import("./tocsin.js").Options} Options */
/** @typedef {import("./tocsin.js").SubscribeOptions} SubscribeOptions */
/** @typedef {import("./tocsin.js").PublishOptions} PublishOptions */
/** @typedef {import("./tocsin.js").State} State */
/** @typedef {import("./tocsin.js").Fault} Fault */

/** A place in the log. @typedef {{epoch: string, sequence: number}} Place */

/** What the server says: an event, an answer, or something that comes unasked. @typedef {{[field: string]: any}} Message */

/**
 * @typedef {object} Link
 * @property {"websocket" | "sse" | "shared"} kind
 * @property {(message: Message) => void} send
 * @property {() => void} close without telling the listener
 */

/**
 * Whom a link tells what happens to it.
 * @typedef {object} Listener
 * @property {() => void} opened it can be spoken on; the server has not said a word
 * @property {(message: Message) => void} heard
 * @property {(error: TocsinError) => void} ended
 */

const SILENCE_MS = 60_000; // so long without a word, and the server is dead
const TAB_SILENCE_MS = 12_000; // or another tab
const WEBSOCKET_AGAIN_MS = 300_000;
const LONGEST_DELAY_MS = 3_600_000;
const REPEAT_MS = 540_000; // less than the ten minutes for which the server remembers idempotency keys
const OUTBOX_EVENTS = 1024;
const EVENT_BYTES = 64 << 10;
const PAGE_EVENTS = 1000;
const NOTHING = "-"; // a pattern that matches no type: a connection without any receives everything

/**
 * Connects to a hub, and goes on until it is closed.
 * @param {string | URL} url the hub's address
 * @param {Options} [options]
 */
export function connect(url, options = {}) {
  return new Hub(url, options);
}

/** What was refused, or could not be done: a code for programs, a sentence for people, and every fault. */
export class TocsinError extends Error {
  name = "TocsinError";

  /**
   * @param {string} code
   * @param {string} message
   * @param {boolean} [retryable] whether the same may succeed later
   * @param {{[name: string]: any}} [details]
   */
  constructor(code, message, retryable = false, details = {}) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.details = details;
    /** @type {Fault[]} */
    this.faults = details.errors ?? [];
  }
}

// -------------------------------------------------------------------------------------------------------------------- Hub

class Hub extends EventTarget {
  /** @type {State} */
  state = "connecting";
  reason = "";
  /** When the next attempt is made, in milliseconds since 1970. @type {number | undefined} */
  retryAt;
  /** Everything up to here has come. @type {Place | undefined} */
  place;
  /** The connection that counts. @type {Link | undefined} */
  link;
  /** @type {Set<Subscription>} */
  subscriptions = new Set();

  /** Changes with each connection: what belongs to an earlier one is void. @type {object | undefined} */
  #turn;
  #epoch = "";
  /** Whether the connection still has to be taken back to the place. */
  #resuming = false;
  /** What the connection is subscribed to: each pattern with its filter. @type {Map<string, string>} */
  #told = new Map();
  /**
   * Whose subscribe has which id, until it is answered; `""` is what is not asked yet.
   * @type {Map<string, Subscription | undefined>}
   */
  asked = new Map();

  /** Why the server says that it closes. */
  #farewell = "";
  /** After how long it wants to see us again. @type {number | undefined} */
  #comeBackMs;
  /** @type {any} */
  #WebSocket;
  /** Whether there was none, so that the next connection is a stream. */
  #streams = false;
  /** How often one was looked for beside a stream, since there was one. */
  #blocked = 0;
  /** Whether the tab that has the connection was silent. */
  #steal = false;
  #silentLooks = 0;
  #silence = SILENCE_MS;
  /** @type {{[name: string]: ReturnType<typeof setTimeout> | undefined}} */
  #timers = {};
  #warned = new Set();

  /**
   * @param {string | URL} url
   * @param {Options} options
   */
  constructor(url, options) {
    super();
    const { protocol, host, pathname } = new URL(url, globalThis.location?.href);
    this.url = protocol.replace("ws", "http") + "//" + host + pathname.replace(/\/+$/, "");
    this.options = options;
    this.#WebSocket = options.WebSocket ?? globalThis.WebSocket;
    this.backoff = new Backoff(options);
    this.credential = new Credential(options.token);
    this.outbox = new Outbox(this);
    this.#listen("addEventListener");
    this.#open();
  }

  // What an application wants.

  get transport() {
    return this.link?.kind;
  }

  get position() {
    return written(this.place);
  }

  /**
   * @param {string | readonly string[]} patterns
   * @param {SubscribeOptions} [options]
   */
  subscribe(patterns, options = {}) {
    const subscription = new Subscription(this, [patterns].flat(), options);
    if (this.state === "closed") {
      subscription.end(new TocsinError("closed", this.reason));
    } else {
      this.subscriptions.add(subscription);
      subscription.start();
    }
    return subscription;
  }

  /**
   * Hands each event to a function, the next one when that is done.
   * @param {string | readonly string[]} patterns
   * @param {(event: any) => unknown} handler
   * @param {SubscribeOptions} [options]
   */
  on(patterns, handler, options) {
    const subscription = this.subscribe(patterns, options);
    const run = async () => {
      for await (const event of subscription) {
        try {
          await handler(event);
        } catch (thrown) {
          report(thrown);
        }
      }
    };
    run().catch((thrown) => this.state === "closed" || report(thrown));
    return () => subscription.close();
  }

  /**
   * @param {string} type
   * @param {unknown} payload
   * @param {PublishOptions} [options]
   * @returns {Promise<number>} the event's sequence
   */
  publish(type, payload, options = {}) {
    return this.outbox.publish(type, payload, options);
  }

  close() {
    this.#finish("closed here");
  }

  // Connections come and go.

  async #open() {
    const turn = (this.#turn = {});
    clearTimeout(this.#timers.retry);
    this.#comeBackMs = undefined;
    this.#farewell = "";
    this.#change("connecting");
    try {
      await this.credential.renew();
      if (turn === this.#turn) this.#connect(turn);
    } catch (thrown) {
      if (turn === this.#turn) this.#ended(asError(thrown));
    }
  }

  /** @param {object} turn */
  #connect(turn) {
    /** @type {Listener} */
    const listener = {
      opened: () => {
        const { token } = this.credential;
        // Where a credential is needed, anything else is refused at once instead of waited for.
        if (turn === this.#turn) this.link?.send(token ? { action: "authenticate", token } : { action: "ping" });
      },
      heard: (message) => turn === this.#turn && this.#hear(message),
      ended: (error) => turn === this.#turn && this.#ended(error),
    };
    const { shared } = this.options;
    const shares = shared && globalThis.navigator?.locks;
    this.#silence = shares ? TAB_SILENCE_MS : (this.options.silenceMs ?? SILENCE_MS);
    this.#timers.connect = setTimeout(() => listener.ended(broken(`no answer from ${this.url}`)), this.#silence / 6);
    if (shares) this.link = tab(this, `tocsin ${this.url} ${shared}`, listener, this.#steal);
    else if (this.#streams || !this.#WebSocket) this.link = stream(this, listener);
    else {
      try {
        this.link = webSocket(this.#newSocket(), listener);
      } catch {
        this.#WebSocket = undefined; // what throws is none
        this.link = stream(this, listener);
      }
    }
    this.#steal = false;
  }

  #newSocket() {
    return new this.#WebSocket(`${this.url.replace("http", "ws")}/ws/events?events=${NOTHING}`);
  }

  /** The server has let us in. @param {Message} payload */
  #established({ epoch, sequence, catalog }) {
    const { link, place, options } = this;
    clearTimeout(this.#timers.connect);
    if (options.catalog && catalog && options.catalog !== catalog) {
      this.warn("catalog", `catalog ${catalog}, not ${options.catalog}`);
    }
    this.#epoch = epoch;
    this.#forget();
    this.#told = new Map([[NOTHING, ""]]);
    if (!place) {
      this.place = { epoch, sequence };
      this.#sync();
      this.backoff.reset();
    } else if (link?.kind === "shared") {
      // The connection of another tab is anywhere, and is still to be told what is wanted here: the subscriptions read on in the
      // log until it carries that.
      this.place = { epoch, sequence };
      if (place.epoch !== epoch) this.#lost("epoch_changed");
      this.#lag(place.epoch === epoch ? place.sequence : sequence);
      this.#sync();
    } else {
      this.#resuming = true;
      this.#sync();
      link?.send({ action: "resume", since: place.sequence, epoch: place.epoch });
    }
    this.#look();
    this.#change("open");
    this.outbox.connected();
    if (link?.kind === "websocket") this.#blocked = 0;
    if (link?.kind === "sse" && this.#WebSocket) this.#tryWebSocket();
  }

  /** There was no WebSocket. When there can be one, it takes the place of the stream: soon, if that was an accident. */
  #tryWebSocket() {
    this.#timers.again = setTimeout(() => {
      const { link } = this;
      const socket = this.#newSocket();
      socket.onerror = () => link === this.link && this.#tryWebSocket();
      socket.onopen = () => {
        socket.close();
        if (link !== this.link) return;
        this.#streams = false;
        this.#drop();
        this.#open();
      };
    }, this.#blocked++ ? (this.options.webSocketAgainMs ?? WEBSOCKET_AGAIN_MS) : this.#silence / 60);
  }

  /** A connection is gone, or there could be none. @param {TocsinError} error */
  async #ended(error) {
    const { state, link } = this;
    const { code, details: { close } } = error;
    this.#drop();
    this.outbox.disconnected(close);
    if (close === 4410) {
      this.credential.end();
      error.retryable = this.credential.mayChange;
    }
    if (error.retryable && this.#comeBackMs === undefined && state === "connecting" && link && link.kind !== "shared") {
      if (this.#WebSocket && !this.#streams && !(close > 1006)) {
        // Nobody tells a page why there is no WebSocket. A stream gets through, or is told why not.
        this.#streams = true;
        return this.#open();
      }
      this.#streams = false;
      const origin = globalThis.location?.origin;
      if (origin && code === "broken") {
        // Nor does anybody tell it why there is no answer.
        const isThere = await fetch(this.url + "/healthz", { mode: "no-cors" }).catch(() => {});
        if (this.state !== state) return; // closed meanwhile
        if (isThere) error.message = `${this.url} may need --allow-origin ${origin}`;
      }
    }
    const why = (error.message ||= this.#farewell || code);
    if (!error.retryable) {
      console.error(`tocsin: ${why}`);
      return this.#finish(why, error);
    }
    this.#steal = link?.kind === "shared";
    this.#comeBackMs ??= error.details.retry_after_ms;
    const delay = Math.min(this.#comeBackMs ?? this.backoff.next(), LONGEST_DELAY_MS);
    this.#timers.retry = setTimeout(() => this.#open(), delay);
    this.#change("waiting", why, Date.now() + delay);
  }

  /** The connection is gone, whether it knows or not. */
  #drop() {
    this.#turn = undefined;
    this.link?.close();
    this.link = undefined;
    for (const name in this.#timers) clearTimeout(this.#timers[name]);
    this.#timers = {};
    this.#forget();
  }

  /** What a connection was told, and has not answered, goes with it. */
  #forget() {
    this.asked.clear();
    for (const subscription of this.subscriptions) subscription.disconnected();
  }

  /**
   * @param {string} reason
   * @param {TocsinError} [error] when it was not the application's wish
   */
  #finish(reason, error) {
    if (this.state === "closed") return;
    this.#drop();
    this.#listen("removeEventListener");
    this.#change("closed", reason, undefined, error?.code);
    this.outbox.end(reason);
    for (const subscription of this.subscriptions) subscription.end(error);
  }

  /**
   * @param {State} state
   * @param {string} [reason]
   * @param {number} [retryAt]
   * @param {string} [code] of the error that has ended it
   */
  #change(state, reason = "", retryAt, code) {
    Object.assign(this, { state, reason, retryAt });
    for (const subscription of this.subscriptions) subscription.poke();
    this.tell("state", { state, reason, retryAt, code, transport: this.transport });
  }

  /**
   * Tells the application.
   * @param {string} type
   * @param {object} fields
   */
  tell(type, fields) {
    return this.dispatchEvent(Object.assign(new Event(type, { cancelable: true }), fields));
  }

  /**
   * Something that should be known and stops nothing: told once.
   * @param {string} code
   * @param {string} message
   */
  warn(code, message) {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    if (this.tell("warning", { code, message })) console.warn(`tocsin: ${message}`);
  }

  // Is anybody there?

  /** Looks, again and again, whether anything was heard: six times nothing is a dead connection. */
  #look() {
    const pause = this.#silence / 6;
    const due = Date.now() + pause;
    clearTimeout(this.#timers.look);
    this.#timers.look = setTimeout(() => {
      if (Date.now() > due + 2 * pause) this.probe(); // the machine slept, or the page was frozen
      else if (++this.#silentLooks > 5) return this.#ended(broken("nothing was heard"));
      else if (this.#silentLooks > 1) this.link?.send({ action: "ping" });
      this.#look();
    }, pause);
  }

  /** There may be a network again, or somebody looks: do not wait, and do not trust a connection that may be dead. */
  probe = () => {
    if (this.state === "waiting" && this.#comeBackMs === undefined) this.#open();
    if (this.state !== "open" || this.#timers.probe) return;
    this.link?.send({ action: "ping" });
    this.#timers.probe = setTimeout(() => this.#ended(broken("nothing was heard")), this.#silence / 12);
  };

  /** @param {"addEventListener" | "removeEventListener"} verb */
  #listen(verb) {
    for (const type of ["online", "pageshow"]) globalThis[verb]?.(type, this.probe);
    for (const type of ["visibilitychange", "resume"]) globalThis.document?.[verb](type, this.probe);
  }

  // What the server says.

  /** @param {Message} message */
  #hear(message) {
    this.#silentLooks = 0;
    clearTimeout(this.#timers.probe);
    this.#timers.probe = undefined;
    const { id, sequence, payload } = message;
    const asked = this.asked.get(id);
    if (this.asked.delete(id)) this.outbox.send();
    switch (message.action ?? message.type) {
      case "connection.established":
        return this.#established(payload);
      case "connection.error":
        this.#farewell = payload.message;
        this.#comeBackMs = payload.details?.retry_after_ms;
        return;
      case "ping":
        this.link?.send({ type: "pong" });
        return this.#moved(sequence);
      case "unsubscribed":
        return this.#moved(sequence);
      case "subscribed":
        this.#moved(sequence);
        for (const { code, pattern, message: text, suggestion = "" } of message.warnings ?? []) {
          this.warn(code, `${pattern} ${text} ${suggestion && `(${suggestion}?)`}`);
        }
      // falls through
      case "begun": // the same of a stream, which may still have to come there
        return asked?.subscribed(id, this.#epoch, sequence);
      case "resumed":
        return this.#resumed(message);
      case "gap":
        if (this.#resuming) return; // it comes again, as events do
        this.tell("gap", { reason: "deleted", from: message.from, to: message.to });
        return this.#moved(Math.max(message.to, this.place?.sequence ?? 0));
      case "published":
        return this.outbox.answered(id, sequence);
      case "expiring":
        return this.#renew();
      case "reconnect":
        this.#comeBackMs = message.after_ms;
        return;
      case "tab":
        return this.#tabTold(message);
      case "error":
        return this.#refused(id, payload, asked);
      case "authenticated":
      case "pong":
        return;
      default:
        if (sequence) this.#event(message);
    }
  }

  /** @param {Message} event */
  #event(event) {
    const { place } = this;
    if (!place || this.#resuming || event.sequence <= place.sequence) return;
    if (event.previous > place.sequence) this.#lag(place.sequence); // the log knows what is missing here
    place.sequence = event.sequence;
    for (const subscription of this.subscriptions) subscription.offer(event);
  }

  /** The server has told the connection's position. @param {number} sequence */
  #moved(sequence) {
    if (!this.place || this.#resuming) return;
    this.place.sequence = sequence;
    for (const subscription of this.subscriptions) subscription.moved();
  }

  /** The server has gone back to the place, or as near as it can. @param {Message} message */
  #resumed({ since, complete, reason, first_available: oldest }) {
    const { place } = this;
    if (!this.#resuming || !place) return complete || this.#ended(broken(reason));
    this.#resuming = false;
    this.backoff.reset();
    this.place = { epoch: this.#epoch, sequence: since };
    this.#moved(since);
    if (reason === "truncated") this.tell("gap", { reason, from: place.sequence + 1, to: oldest - 1 });
    else if (!complete) this.#lost(reason);
  }

  /** The log is another one: nobody knows what was missed. @param {string} reason */
  #lost(reason) {
    this.tell("gap", { reason });
    for (const subscription of this.subscriptions) subscription.lost(/** @type {Place} */ (this.place));
  }

  /** Whoever was live up to here reads on in the log. @param {number} sequence */
  #lag(sequence) {
    for (const subscription of this.subscriptions) subscription.lag(sequence);
  }

  /**
   * @param {string} id
   * @param {Message} payload
   * @param {Subscription} [subscription] whose subscribe it was
   */
  #refused(id, payload, subscription) {
    const error = refusal(payload);
    if (subscription) subscription.end(error);
    else if (this.outbox.answered(id, error)) return;
    else if (this.state === "connecting") this.#ended(broken(error.message, error.details));
    else this.warn(error.code, error.message);
  }

  /** The credential ends soon: another takes its place on the open connection. */
  async #renew() {
    const { link, credential } = this;
    const { token } = credential;
    try {
      await credential.renew();
      if (credential.token !== token) link?.send({ action: "authenticate", id: "renewal", token: credential.token });
    } catch (thrown) {
      this.warn("unauthenticated", asError(thrown).message);
    }
  }

  /** What the hub that the tabs share tells. @param {Message} message */
  #tabTold({ told, fields }) {
    const { state, reason, retryAt, code, message, from } = fields;
    clearTimeout(this.#timers.connect);
    if (told === "warning") {
      this.warn(code, message);
    } else if (told === "gap") {
      if (from) this.tell(told, fields);
      else this.link?.send({ action: "hello" }); // and hear of another epoch
    } else if (state === "closed") {
      this.#ended(new TocsinError(code, reason));
    } else if (state === "open") {
      if (this.state !== "open") this.link?.send({ action: "hello" });
    } else if (state !== this.state) {
      this.#look();
      this.#change(state, reason, retryAt);
    }
  }

  // What the subscriptions want.

  /** Something has changed in it. */
  changed() {
    const { asked } = this;
    if (asked.has("")) return;
    asked.set("", undefined);
    queueMicrotask(() => {
      asked.delete("");
      if (this.state === "open") this.#sync();
      this.outbox.send();
    });
  }

  /**
   * A connection holds one filter for a pattern, or none. Where subscriptions to a pattern do not agree it gets none, and each
   * takes what it asked for.
   */
  wanted() {
    /** @type {Map<string, string>} */
    const wanted = new Map();
    for (const { wants, patterns, where } of this.subscriptions) {
      if (wants) for (const one of patterns) wanted.set(one, (wanted.get(one) ?? where) === where ? where : "");
    }
    return wanted;
  }

  /** Tells the server what it does not know of it, each pattern by itself: a bad one is refused alone. */
  #sync() {
    const told = this.#told;
    const wanted = (this.#told = this.wanted());
    for (const one of told.keys()) if (!wanted.has(one)) this.link?.send({ action: "unsubscribe", events: [one] });
    for (const subscription of this.subscriptions) {
      if (!subscription.asks) continue;
      subscription.asks = false;
      for (const one of subscription.patterns) {
        told.set(one, /** @type {string} */ (wanted.get(one)));
        this.#ask(one, subscription);
      }
    }
    for (const [one, where] of wanted) if (told.get(one) !== where) this.#ask(one);
  }

  /**
   * @param {string} pattern
   * @param {Subscription} [subscription] who is told the answer, if it is the last of its patterns
   */
  #ask(pattern, subscription) {
    const id = unique();
    const where = this.#told.get(pattern);
    if (subscription) subscription.awaits = id;
    this.asked.set(id, subscription);
    this.link?.send({ action: "subscribe", id, events: [pattern], where: where ? JSON.parse(where) : undefined });
  }

  // HTTP, beside the connection.

  /**
   * @param {string} path
   * @param {Message} [init]
   * @returns {Promise<any>}
   */
  async ask(path, init) {
    const answer = await this.fetch(path, init);
    if (answer.ok) return answer.json();
    const error = await problem(answer);
    if (error.code === "unauthenticated") {
      await this.credential.renew();
      error.retryable = this.credential.mayChange;
    }
    throw error;
  }

  /**
   * @param {string} path
   * @param {Message} [init]
   */
  async fetch(path, { headers, signal = AbortSignal.timeout(this.#silence / 2), ...init } = {}) {
    const { token } = this.credential;
    try {
      if (token) headers = { Authorization: `Bearer ${token}`, ...headers };
      return await fetch(this.url + path, { cache: "no-store", signal, ...init, headers });
    } catch (thrown) {
      throw broken(`no answer from ${this.url}`);
    }
  }
}

// ----------------------------------------------------------------------------------------------------------- Subscription

/** @typedef {{resolve: (result: IteratorResult<any>) => void, reject: (error: unknown) => void}} Consumer */

/**
 *   joining ── subscribed ──▶ live ── the buffer is full ──▶ lagging ── near the head ──▶ joining …
 *
 * One that joins from a place in the log waits for the server's word that it is subscribed after S, keeps what comes on the
 * connection from then on, and is live when its pages have come as far as S.
 */
class Subscription {
  /** @type {"joining" | "live" | "lagging" | "over"} */
  phase = "joining";
  /** Whether the server has to be asked. */
  asks = true;
  /** The last question to it. */
  awaits = "";

  /** What the consumer has not taken yet, each with its epoch. @type {[Message, string][]} */
  #queue = [];
  /** @type {Consumer[]} */
  #consumers = [];
  /** @type {unknown} */
  #error;
  /** Everything up to here is in the queue, or was; when it is live, all that the connection has brought is. @type {number | undefined} */
  #at;
  /** The epoch of that; empty when it is not known yet. */
  #epoch = "";
  /** Where the next page of `latest` begins. @type {number | undefined} */
  #more;
  /** The position after which the connection carries what is wanted. @type {number | undefined} */
  #from;
  /** What it has carried while pages are read. @type {Message[]} */
  #pending = [];
  #reading = false;
  /** Something has changed that reading on may have waited for. */
  poke = () => {};
  /** Where the event stands that the consumer is busy with. @type {Place | undefined} */
  #given;
  /** Everything up to here is done with. @type {Place | undefined} */
  #done;

  /**
   * @param {Hub} hub
   * @param {string[]} patterns
   * @param {SubscribeOptions} options
   */
  constructor(hub, patterns, options) {
    const { where, name, buffer = 1000 } = options;
    this.hub = hub;
    this.options = options;
    this.patterns = [...new Set(patterns.map((one) => one.toLowerCase()))];
    this.where = where ? JSON.stringify(where) : "";
    this.name = `tocsin ${hub.url} ${name ?? this.patterns + this.where}`;
    this.buffer = buffer;
    this.backoff = new Backoff(hub.options);
    this.judge = judge(this.patterns, where ?? {});
  }

  async start() {
    const { last, latest, since } = this.options;
    const { store } = this.hub.options;
    const begins = last || latest;
    if (begins || store || since !== undefined) {
      this.phase = "lagging";
      try {
        const place = begins ? undefined : read((await store?.getItem(this.name)) ?? since);
        this.#at = place?.sequence;
        this.#epoch = place?.epoch ?? "";
        if (this.lagging && !begins && !place) this.#join();
      } catch (thrown) {
        this.end(thrown);
      }
    }
    this.hub.changed();
    this.#catchUp();
  }

  // The consumer.

  /** @returns {Promise<IteratorResult<any>>} */
  next() {
    // Who comes for the next one has done with the one before.
    if (this.#given) {
      this.#done = this.#given;
      this.#given = undefined;
      this.#keep();
    }
    return new Promise((resolve, reject) => {
      this.#consumers.push({ resolve, reject });
      this.#serve();
    });
  }

  /** @returns {Promise<{done: true, value: undefined}>} */
  async return() {
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  close() {
    this.end();
  }

  get lagging() {
    return this.phase === "lagging";
  }

  get position() {
    return written(this.#received);
  }

  /** How far the consumer is: where it has taken everything, as far as this subscription. @returns {Place | undefined} */
  get #received() {
    const sequence = this.phase === "live" ? Math.max(this.#at ?? 0, this.hub.place?.sequence ?? 0) : this.#at;
    return sequence === undefined || !this.#epoch || this.#queue.length || this.#given || this.phase === "over"
      ? this.#done
      : { epoch: this.#epoch, sequence };
  }

  async #keep() {
    const { position } = this;
    try {
      if (position) await this.hub.options.store?.setItem(this.name, position);
    } catch (thrown) {
      report(thrown);
    }
  }

  /** @param {Message} event */
  #put(event) {
    this.#queue.push([event, this.#epoch]);
    this.#serve();
  }

  #serve() {
    while (this.#consumers.length && (this.#queue.length || this.phase === "over")) {
      const { resolve, reject } = /** @type {Consumer} */ (this.#consumers.shift());
      const [event, epoch = ""] = this.#queue.shift() ?? [];
      const error = this.#error;
      if (event) {
        this.#given = { epoch, sequence: event.sequence };
        resolve({ done: false, value: event });
      } else if (error) {
        this.#error = undefined;
        reject(error);
      } else {
        resolve({ done: true, value: undefined });
      }
    }
    this.poke();
  }

  /** @param {unknown} [error] */
  end(error) {
    if (this.phase === "over") return;
    this.#done = this.#received;
    this.phase = "over";
    this.#error = error;
    if (!error) this.#queue = [];
    this.hub.subscriptions.delete(this);
    this.hub.changed();
    this.#serve();
  }

  // The connection.

  /** Whether it is to carry what is wanted here. */
  get wants() {
    return this.phase === "joining" || this.phase === "live";
  }

  /** It has brought an event. @param {Message} event */
  offer(event) {
    const wanted = this.wants && this.judge(event);
    if (wanted === false || event.sequence <= (this.#at ?? 0)) return;
    if (this.phase === "live") {
      if (wanted && this.#queue.length < this.buffer) this.#put(event);
      else this.lag(event.sequence - 1);
    } else if (this.#from !== undefined && this.#pending.push(event) > this.buffer) {
      this.#leave();
    }
  }

  /** Its position has moved without an event. */
  moved() {
    if (this.phase === "live" && !this.#queue.length && !this.#given) this.#keep();
  }

  /**
   * It carries what is wanted here, after a position.
   * @param {string} id
   * @param {string} epoch
   * @param {number} sequence
   */
  subscribed(id, epoch, sequence) {
    if (this.phase !== "joining" || id !== this.awaits) return;
    const wanted = this.hub.wanted();
    if (this.#at === undefined) {
      this.#at = sequence;
      this.#epoch = epoch;
      this.#done = { epoch, sequence };
      // The server has judged this filter, unless others have to get more. Then the first page tells whether it is good.
      if (this.patterns.every((one) => wanted.get(one) === this.where)) {
        this.phase = "live";
        return this.moved();
      }
    }
    this.#from = sequence;
    this.#catchUp();
    this.poke();
  }

  disconnected() {
    this.asks = this.wants;
    if (this.phase === "joining" && this.#at !== undefined) this.#leave();
  }

  /** It leaves something out. @param {number} sequence after which */
  lag(sequence) {
    if (this.phase !== "live") return;
    this.#at = Math.max(sequence, this.#at ?? 0);
    this.#leave();
  }

  /** The log is another. @param {Place} place where it goes on */
  lost({ epoch, sequence }) {
    if (this.phase !== "live") return;
    this.#epoch = epoch;
    this.#at = sequence;
  }

  #join() {
    this.phase = "joining";
    this.asks = true;
    this.hub.changed();
  }

  #leave() {
    this.phase = "lagging";
    this.asks = false;
    this.#from = undefined;
    this.#pending = [];
    this.hub.changed();
    this.#catchUp();
  }

  // The log.

  /** Reads the log until it is live. */
  async #catchUp() {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.lagging || (this.phase === "joining" && this.#from !== undefined)) {
        if (this.hub.state === "open" && this.#queue.length <= this.buffer / 2) await this.#readOn();
        else await new Promise((resolve) => (this.poke = /** @type {() => void} */ (resolve)));
      }
    } catch (thrown) {
      this.end(thrown);
    }
    this.#reading = false;
  }

  async #readOn() {
    const { hub, options, where, backoff } = this;
    const limit = Math.min(PAGE_EVENTS, this.buffer - this.#queue.length);
    const initial = this.#at === undefined;
    const latest = initial && options.latest;
    const since = this.#at ?? this.#more;
    const form = initial && !latest ? { last: options.last } : { limit, ...(since !== undefined && { since }) };
    let page;
    try {
      page = await hub.ask(`/api/v1/${latest ? "latest" : "events"}?${query(this.patterns, where, form)}`);
    } catch (thrown) {
      const { retryable, details } = asError(thrown);
      if (!retryable) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, details.retry_after_ms ?? backoff.next()));
      return;
    }
    backoff.reset();
    if (this.phase === "over") return;
    const { epoch, events, gaps = [], next_since: next } = page;
    if (this.#epoch && epoch !== this.#epoch) {
      hub.tell("gap", { reason: "epoch_changed", subscription: this });
      this.#at = this.#from = undefined;
      return this.#join();
    }
    this.#epoch = epoch;
    if (!initial) this.#done ??= { epoch, sequence: since ?? 0 };
    for (const { from, to } of gaps) hub.tell("gap", { reason: "deleted", from, to, subscription: this });
    for (const event of events) this.#put(initial ? { ...event, initial } : event);
    this.#more = next; // of `latest` there may be more pages, and then it was the case at the last one's sequence
    this.#at = latest ? (next ? undefined : page.sequence) : next;
    // Not while one of them is undefined.
    if (/** @type {number} */ (this.#at) >= /** @type {number} */ (this.#from)) this.#goLive();
    else if (this.lagging && this.#at !== undefined && events.length < limit) this.#join();
  }

  #goLive() {
    const pending = this.#pending;
    this.phase = "live";
    this.#from = undefined;
    this.#pending = [];
    for (const event of pending) this.offer(event);
  }
}

// ----------------------------------------------------------------------------------------------------------------- Outbox

/**
 * @typedef {object} Parcel
 * @property {Message} event
 * @property {string} key
 * @property {number} bytes
 * @property {string} [id] of the action that is not answered yet
 * @property {number} [sentAt] when it first went out
 * @property {(sequence: number) => void} resolve
 * @property {(error: TocsinError) => void} reject
 */

/**
 * What was published and is not known to be in the log. An event goes out with each new connection until it is answered,
 * always under the same idempotency key, so that it is in the log once.
 */
class Outbox {
  /** @type {Set<Parcel>} */
  #held = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;

  /** @param {Hub} hub */
  constructor(hub) {
    this.hub = hub;
    this.backoff = new Backoff(hub.options);
  }

  /**
   * @param {string} type
   * @param {unknown} payload
   * @param {PublishOptions} options
   * @returns {Promise<number>}
   */
  async publish(type, payload, { idempotencyKey, correlationId, timestamp, channel }) {
    const event = { type, payload, timestamp, channel, correlation_id: correlationId };
    const key = idempotencyKey ?? unique();
    const bytes = new TextEncoder().encode(JSON.stringify(event) + key).length + 150; // the message around it
    const { state, reason } = this.hub;
    if (state === "closed") throw new TocsinError("not_sent", reason);
    if (/[\0\r\n]/.test(key)) throw new TocsinError("invalid_message", "bad idempotencyKey");
    if (bytes > EVENT_BYTES) throw new TocsinError("message_too_large", `over ${EVENT_BYTES} bytes`);
    if (this.#held.size >= OUTBOX_EVENTS) throw new TocsinError("outbox_full", `${OUTBOX_EVENTS} wait`, true);
    return new Promise((resolve, reject) => {
      this.#held.add({ event, key, bytes, resolve, reject });
      this.send();
    });
  }

  /** The server takes actions. */
  connected() {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.send();
  }

  /**
   * Over a WebSocket all that can go goes; by HTTP one at a time, which keeps their order, and not while subscribes have no
   * answer, which it would overtake.
   */
  send() {
    const { link, state, asked } = this.hub;
    const byHttp = link?.kind !== "websocket";
    if (this.#pause || state !== "open" || (asked.size && byHttp)) return;
    for (const parcel of this.#held) {
      const { event, key } = parcel;
      if (!parcel.id) {
        parcel.sentAt ??= Date.now();
        if (isLate(parcel)) {
          this.#settle(parcel, new TocsinError("unanswered", "no answer"));
          continue;
        }
        const id = (parcel.id = unique());
        if (byHttp) this.#post(id, event, key);
        else link.send({ action: "publish", id, event, idempotency_key: key });
      }
      if (byHttp) return;
    }
  }

  /**
   * @param {string} id
   * @param {Message} event
   * @param {string} key
   */
  async #post(id, event, key) {
    // A header has bytes: those of the text that an action has.
    const bytes = String.fromCharCode(...new TextEncoder().encode(key));
    const headers = { "Content-Type": "application/json", "Idempotency-Key": bytes };
    const request = this.hub.ask("/api/v1/events", { method: "POST", body: JSON.stringify(event), headers });
    this.answered(id, await request.then(({ sequence }) => sequence, asError));
    this.send();
  }

  /**
   * @param {string | undefined} id
   * @param {number | TocsinError} answer
   * @returns {boolean} whether it was for one of these
   */
  answered(id, answer) {
    const parcel = [...this.#held].find((one) => id && one.id === id);
    if (!parcel) return false;
    if (typeof answer === "number") this.backoff.reset();
    const error = /** @type {TocsinError} */ (answer); // a sequence is not retryable
    if (error.retryable && !isLate(parcel)) {
      parcel.id = undefined;
      this.#pause ??= setTimeout(() => this.connected(), error.details.retry_after_ms ?? this.backoff.next());
    } else {
      this.#settle(parcel, answer);
    }
    return true;
  }

  /**
   * The connection is gone, and with it the answers. An event that is too large for a proxy in between must not break each
   * connection that follows.
   * @param {number | undefined} code
   */
  disconnected(code) {
    /** @type {Parcel | undefined} */
    let largest;
    for (const parcel of this.#held) {
      if (parcel.id && parcel.bytes > (largest?.bytes ?? 0)) largest = parcel;
      parcel.id = undefined;
    }
    if (code === 1009 && largest) this.#settle(largest, new TocsinError("unanswered", "1009"));
  }

  /** No connection follows. @param {string} reason */
  end(reason) {
    clearTimeout(this.#pause);
    for (const parcel of this.#held) {
      this.#settle(parcel, new TocsinError(parcel.sentAt ? "unanswered" : "not_sent", reason));
    }
  }

  /**
   * @param {Parcel} parcel
   * @param {number | TocsinError} answer
   */
  #settle(parcel, answer) {
    this.#held.delete(parcel);
    (typeof answer === "number" ? parcel.resolve : parcel.reject)(/** @type {any} */ (answer));
  }
}

/** @param {Parcel} parcel */
function isLate({ sentAt }) {
  return Date.now() - /** @type {number} */ (sentAt) >= REPEAT_MS; // never, before it went out
}

// ------------------------------------------------------------------------------------------------------------- Credential

/** What a client shows to be let in: nothing but a header and the action `authenticate` carry it. */
class Credential {
  /** @type {string | undefined} */
  token;
  /** @type {string | undefined} */
  #ended;

  /** @param {any} supplier the application's `token` */
  constructor(supplier) {
    this.supplier = supplier;
    /** Whether another may take the place of one that has ended. */
    this.mayChange = typeof supplier === "function";
  }

  /** Asks for the newest one. */
  async renew() {
    const { supplier, mayChange } = this;
    let token;
    try {
      token = (mayChange ? await supplier() : supplier)?.trim();
      if (token && !/^[\w.~+/-]{1,16384}=*$/.test(token)) throw token;
    } catch (thrown) {
      throw new TocsinError("no_credential", "`token` gives none", mayChange); // what was thrown may name it
    }
    if (token && token === this.#ended) throw new TocsinError("credential_ended", "`token` gives none");
    this.token = token || undefined;
  }

  /** The server has said that it is expired or revoked. */
  end() {
    this.#ended = this.token;
  }
}

// ------------------------------------------------------------------------------------------------------------------ Links

/**
 * @param {any} socket
 * @param {Listener} listener
 * @returns {Link}
 */
function webSocket(socket, listener) {
  /** What has no answer yet. Answers come in order. */
  const ids = new Set();
  socket.onopen = listener.opened;
  socket.onmessage = (/** @type {Message} */ { data }) => {
    const message = JSON.parse(data);
    // What the server cannot read (half a surrogate pair, too many levels) has no id for it.
    if (message.payload?.error === "invalid_json") [message.id] = ids;
    ids.delete(message.id);
    listener.heard(message);
  };
  socket.onclose = (/** @type {Message} */ { code, reason }) =>
    listener.ended(new TocsinError(`closed_${code}`, reason, code < 4400 || code >= 4500, { close: code }));
  socket.onerror = () => {}; // a close follows
  return {
    kind: "websocket",
    send: (message) => {
      if (message.id) ids.add(message.id);
      if (socket.readyState === 1) socket.send(JSON.stringify(message));
    },
    close: () => socket.close(),
  };
}

/**
 * Server-sent events, read by fetch, which can show a credential and sees why one is refused. The query of a stream says what
 * is wanted: when that changes, another goes on from where the one before was.
 * @param {Hub} hub
 * @param {Listener} listener
 * @returns {Link}
 */
function stream(hub, listener) {
  /** @type {Map<string, string>} each pattern with its filter */
  const wanted = new Map();
  /** @type {string[]} subscribes without an answer */
  const asked = [];
  /** @type {string | undefined} where it stands */
  let id;
  /** @type {AbortController | undefined} */
  let stop;
  let established = false;
  let checking = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let due;

  const begin = async () => {
    due = undefined;
    stop?.abort();
    const mine = (stop = new AbortController());
    const { signal } = mine;
    const [where = "", other] = new Set(wanted.values());
    const told = asked.length;
    try {
      const narrowing = other === undefined ? where : "";
      const path = `/sse/events?${query(wanted.size ? [...wanted.keys()] : [NOTHING], narrowing, id && { last_event_id: id })}`;
      const response = await hub.fetch(path, { signal, headers: { Accept: "text/event-stream" } });
      if (!response.ok || !response.body) throw await problem(response);
      for await (const block of blocks(response.body)) {
        if (mine !== stop) return;
        id = block.id ?? id; // before anybody hears of it, who may say otherwise
        const said = block.data && JSON.parse(block.data);
        if (block.event === "established") {
          if (established) for (const one of asked.splice(0, told)) listener.heard({ action: "begun", id: one, sequence: said.sequence });
          else listener.heard({ type: "connection.established", payload: said });
          established = true;
        } else {
          listener.heard(said || { type: "ping", sequence: read(block.id)?.sequence });
        }
      }
      throw broken("");
    } catch (thrown) {
      if (mine !== stop) return;
      const error = asError(thrown);
      const pause = established && error.details.retry_after_ms;
      if (pause) due ??= setTimeout(begin, pause); // the one before may count a little longer
      else listener.ended(error);
    }
  };

  /** What a WebSocket is told. @param {Message} message */
  const send = async ({ action, id: messageId, events, where, since, epoch }) => {
    if (action === "subscribe") {
      const text = where ? JSON.stringify(where) : "";
      checking++;
      try {
        // One bad pattern would refuse the whole stream.
        await hub.ask(`/api/v1/events?${query(events, text, { before: 1, limit: 1 })}`);
        for (const one of events) wanted.set(one, text);
        asked.push(messageId);
      } catch (thrown) {
        const error = asError(thrown);
        if (error.retryable) return listener.ended(error);
        listener.heard(told(error, messageId));
      }
      checking--;
    } else if (action === "unsubscribe") {
      for (const one of events) wanted.delete(one);
    } else if (action === "resume") {
      id = `${epoch}:${since}`;
      stop?.abort(); // it stands somewhere else
      stop = undefined;
    } else {
      return; // a new credential is for the next stream
    }
    if (!checking) due ??= setTimeout(begin);
  };

  begin();
  return {
    kind: "sse",
    send,
    close: () => {
      clearTimeout(due);
      stop?.abort();
      stop = undefined;
    },
  };
}

/** The blocks of server-sent events, each with its fields. @param {ReadableStream<Uint8Array>} body */
async function* blocks(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (let rest = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      /** @type {{id?: string, event?: string, data?: string}} */
      const block = Object.fromEntries(part.split("\n").map((line) => line.split(/: ?(.*)/)));
      if (block.id || block.data) yield block;
    }
  }
}

/**
 * One of the tabs of an origin that share a connection (Web Locks, BroadcastChannel). Who has the lock has a hub of its own for
 * all of them, and passes on what that hears. When this tab is closed another gets the lock, when it is frozen another steals
 * it. Each tab knows its own place, so nothing is lost between one and the next.
 * @param {Hub} hub
 * @param {string} name
 * @param {Listener} listener
 * @param {boolean} steal
 * @returns {Link}
 */
function tab(hub, name, listener, steal) {
  const { locks } = navigator;
  const self = unique();
  const over = new AbortController();
  const closed = new Promise((resolve) => (over.signal.onabort = resolve));
  const channel = new BroadcastChannel(name);
  /** Who has the connection; and whose events count, since it has told where it is. @type {string | undefined} */
  let holder;
  /** @type {string | undefined} */
  let giver;
  /** @param {Message} said */
  const send = (said) => channel.postMessage({ from: self, said });
  channel.onmessage = ({ data: { who, to, said } }) => {
    if (!who || (to && to !== self)) return;
    if (said.action === "here") return send({ action: "hello" });
    if (to) holder = who;
    if (said.type === "connection.established") giver = who;
    if (who === (said.action === "tab" ? holder : giver)) listener.heard(said);
  };
  // A lock of its own tells whoever has the connection when this tab is gone.
  locks.request(name + self, () => (send({ action: "hello" }), closed));
  /** @type {(() => void) | undefined} */
  let end;
  const hold = () => ((end = share(hub, name)), closed);
  locks
    .request(name, steal ? { steal } : { signal: over.signal }, hold)
    .catch(() => {}) // stolen, or not wanted any more
    .then(() => end?.());
  return {
    kind: "shared",
    send,
    close: () => {
      over.abort();
      channel.close();
    },
  };
}

/**
 * Makes the connection that tabs share.
 * @param {Hub} hub of the tab that has the lock
 * @param {string} name
 * @returns {() => void} ends it
 */
function share(hub, name) {
  const channel = new BroadcastChannel(name);
  const who = unique();
  /** @type {(said: Message, to?: string) => void} */
  const say = (said, to) => channel.postMessage({ who, to, said });
  const real = new Hub(hub.url, { ...hub.options, shared: false, store: undefined });
  real.tell = (told, fields) => (say({ action: "tab", told, fields }), false);
  const moved = () => say({ type: "ping", sequence: real.place?.sequence });
  real.subscriptions.add(Object.assign(new Subscription(real, [], {}), { offer: say, moved }));
  /** Those that have said hello. */
  const tabs = new Set();
  /** A tab has done with some patterns, or with all. @type {(tab: string, those?: string[]) => void} */
  const leave = (tab, those) => {
    for (const one of real.subscriptions) {
      if (one.options.name !== tab) continue;
      one.patterns = one.patterns.filter((pattern) => those && !those.includes(pattern));
      if (!one.patterns.length) one.close();
    }
  };
  channel.onmessage = ({ data: { from, said } }) => {
    if (!from) return;
    const { action, id, events, where } = said;
    if (action === "hello") {
      const { state, reason, retryAt, place } = real;
      if (place) say({ type: "connection.established", payload: place }, from);
      say({ action: "tab", told: "state", fields: { state, reason, retryAt } }, from);
      if (!tabs.has(from)) navigator.locks.request(name + from, () => (leave(from), tabs.delete(from)));
      tabs.add(from);
      real.probe();
    } else if (action === "ping") {
      say({ type: "pong" }, from);
    } else if (events) {
      leave(from, events);
      if (action === "subscribe") {
        const subscription = new Subscription(real, events, { where, name: from });
        // While the connection goes back to its place, what the server says here is ahead of the events to come.
        const subscribed = () => say({ action: "subscribed", id, sequence: real.place?.sequence }, from);
        const end = (/** @type {TocsinError | undefined} */ error) => {
          real.subscriptions.delete(subscription);
          if (error) say(told(error, id), from);
        };
        real.subscriptions.add(Object.assign(subscription, { offer() {}, subscribed, end }));
      }
      real.changed();
    }
  };
  say({ action: "here" });
  return () => {
    real.tell = () => false;
    real.close();
    channel.close();
  };
}

// -------------------------------------------------------------------------------------------------------- Patterns, filters

/**
 * Judges events as the server does: true, false, or undefined where only the server knows. A text that is the wanted one but for
 * its letter case matches in an enum, and nowhere else.
 * @param {string[]} patterns
 * @param {{readonly [field: string]: unknown}} where
 * @returns {(event: Message) => boolean | undefined}
 */
function judge(patterns, where) {
  const types = new RegExp(`^(?:${patterns.map(glob).join("|")})$`, "i");
  /** @type {Map<string, boolean>} */
  const known = new Map();
  const conditions = Object.entries(where);
  return ({ type, payload, ...envelope }) => {
    if (!known.has(type)) known.set(type, types.test(type));
    let verdict = known.get(type);
    for (const [field, condition] of conditions) {
      if (!verdict) break;
      verdict = fulfils(field[0] === "$" ? envelope[field.slice(1)] : payload?.[field], condition);
    }
    return verdict;
  };
}

/**
 * @param {any} value
 * @param {any} condition
 * @returns {boolean | undefined}
 */
function fulfils(value, condition) {
  if (!/^[bns][otu]/.test(typeof value)) return false; // boolean, number, string
  if (typeof condition !== "object" || Array.isArray(condition)) return isOneOf(value, condition);
  const { not = [], min = -Infinity, max = Infinity } = condition;
  if (("min" in condition || "max" in condition) && !(typeof value === "number" && value >= min && value <= max)) return false;
  const unwanted = isOneOf(value, not);
  return unwanted === undefined ? unwanted : !unwanted;
}

/**
 * @param {unknown} value
 * @param {unknown} wanted
 * @returns {boolean | undefined}
 */
function isOneOf(value, wanted) {
  const all = [wanted].flat();
  return all.includes(value) || (all.some((one) => String(one).toLowerCase() === value) && undefined);
}

/** A shell's pattern as a regular expression. @param {string} pattern */
function glob(pattern) {
  return pattern.replace(/\[(!?)(\]?[^\]]*)\]|\W/g, (found, not, members) => {
    if (found === "*") return "[^]*";
    if (found === "?") return "[^]";
    if (members === undefined) return `\\${found}`;
    // A range that runs backwards has no members.
    const set = members.replace(/(.)-(.)/g, (/** @type {string} */ range, /** @type {string} */ from, /** @type {string} */ to) =>
      from > to ? "" : range,
    );
    return `[${not && "^"}${set.replace(/[\\\]^]/g, "\\$&")}]`;
  });
}

// ------------------------------------------------------------------------------------------------------------ Small things

/** Delays that double, each drawn evenly between nothing and its bound, so that many clients do not come back in step. */
class Backoff {
  /** @param {Options} options */
  constructor({ firstDelayMs = 500, longestDelayMs = 30_000 }) {
    this.first = this.bound = firstDelayMs;
    this.longest = longestDelayMs;
  }

  next() {
    const { bound } = this;
    this.bound = Math.min(2 * bound, this.longest);
    return Math.random() * bound;
  }

  reset() {
    this.bound = this.first;
  }
}

/**
 * What is asked for, as a query. A comma, which separates patterns there, stands in a set of one at the most.
 * @param {string[]} patterns
 * @param {string} where
 * @param {Message | "" | undefined} others
 */
function query(patterns, where, others) {
  const events = patterns.map((one) => one.replaceAll(",", "")).join();
  return new URLSearchParams({ events, ...(where && { where }), ...others });
}

/** @param {Place | undefined} place */
function written(place) {
  return place && `${place.epoch}:${place.sequence}`;
}

/**
 * @param {string | number | null | undefined} text what `written` has written, or a sequence
 * @returns {Place | undefined}
 */
function read(text) {
  if (text === undefined || text === null) return undefined;
  const [, epoch = "", sequence] = /^(?:(.+):)?(\d+)$/.exec(String(text)) ?? [];
  if (!sequence) throw new TypeError(`no position: ${text}`);
  return { epoch, sequence: +sequence };
}

/** A connection that can be made again. @param {string} reason @param {Message} [details] */
function broken(reason, details) {
  return new TocsinError("broken", reason, true, details);
}

/** What the server says in an error. @param {Message} payload */
function refusal({ error, message, details }) {
  return new TocsinError(error, message, /^(rate_lim|unavail|internal)/.test(error), details);
}

/** The same, as the server says it. @param {TocsinError} error @param {string} id @returns {Message} */
function told({ code, message, details }, id) {
  return { type: "error", id, payload: { error: code, message, details } };
}

/** What an answer refuses. Without a problem document it is not the hub's, but that of a proxy: later it may be otherwise. */
async function problem(/** @type {Response} */ answer) {
  const { status, headers } = answer;
  const own = /problem.json/.test(`${headers.get("content-type")}`);
  const { error = `http_${status}`, detail = `HTTP ${status}`, details = {} } = own ? await answer.json() : {};
  const seconds = +/** @type {string} */ (headers.get("retry-after")); // 0 where there is none
  if (seconds) details.retry_after_ms ??= seconds * 1000;
  return new TocsinError(error, detail, !own || /^(5|408|429)/.test(`${status}`), details);
}

/** @param {unknown} thrown */
function asError(thrown) {
  return thrown instanceof TocsinError ? thrown : broken(String(thrown));
}

/** A text that nobody else has; it is no secret. */
function unique() {
  return `${Math.random()}${Math.random()}`;
}

/** Something of the application's has failed; nothing else comes of it. @param {unknown} thrown */
function report(thrown) {
  (globalThis.reportError ?? console.error)(thrown);
}
