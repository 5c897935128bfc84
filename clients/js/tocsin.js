// @ts-check
// The JavaScript client of Tocsin: one file, no dependencies, for browsers, workers, Node 18+, Deno and Bun.
//
//   import { connect } from "https://hub.example/client/tocsin.js";
//   const hub = connect("https://hub.example", { token });
//   for await (const event of hub.subscribe(["alert.*"], { latest: true })) show(event);
//
// How it works, from the outside in:
//
//   Hub      what an application sees: on, subscribe, publish, state, close.
//   Session  the life of a hub over all its connections: it opens them, notices that one is dead, comes back, and keeps the
//            place in the log to which everything was received.
//   Reader   one subscription: a cursor on the log with a bounded buffer. It is "live" as long as it takes events as fast as
//            they come. Else it is "lagging": it lets the connection's events go, and reads the log by pages (history) at its
//            own pace until it can join again without a seam. A new subscription with `last`, `latest` or `since` begins as a
//            lagging one. So nothing is lost, nothing comes twice, and nobody waits for the slowest.
//   Outbox   what was published and is not known to be in the log yet.
//   Link     a connection of one kind: a WebSocket, else a stream (SSE).
//
// The types are in tocsin.d.ts; what the messages mean is in docs/protocol.md.

/** @typedef {import("./tocsin.js").Options} Options */
/** @typedef {import("./tocsin.js").SubscribeOptions} SubscribeOptions */
/** @typedef {import("./tocsin.js").PublishOptions} PublishOptions */
/** @typedef {import("./tocsin.js").State} State */
/** @typedef {import("./tocsin.js").Store} Store */
/** @typedef {import("./tocsin.js").Fault} Fault */
/** @typedef {import("./tocsin.js").Envelope} Envelope */

/**
 * A message of the server: an event, an answer, or one that comes unasked.
 * @typedef {Envelope & {[field: string]: any}} Message
 */

/**
 * An open connection.
 * @typedef {object} Link
 * @property {"websocket" | "sse"} kind
 * @property {(message: object) => void} send
 * @property {() => void} close without telling anybody
 */

/**
 * Whom a link tells what happens to it.
 * @typedef {object} Listener
 * @property {() => void} opened the server answers; it has not said who it is
 * @property {(message: Message) => void} heard
 * @property {(code: number, reason: string) => void} ended
 */

const CONNECT_MS = 10_000;
const PROBE_MS = 5_000;
const LONGEST_OBEYED_MS = 3_600_000;
const REPEAT_MS = 9 * 60_000; // less than the ten minutes for which the server remembers idempotency keys
const OUTBOX_EVENTS = 1024;
const OUTBOX_BYTES = 16 << 20;
const MESSAGE_BYTES = 64 << 10;
const PAGE_EVENTS = 1000;
const PATTERNS_A_MESSAGE = 40;
const NOTHING = "-"; // a pattern that matches no type: a connection without any receives everything
const ABNORMAL = 1006;
const TOO_BIG = 1009;
const CREDENTIAL_ENDED = 4410;

/**
 * Connects to a hub, and goes on for as long as it is not closed.
 * @param {string | URL} url the hub's address, for instance https://hub.example
 * @param {Options} [options]
 */
export function connect(url, options = {}) {
  return new Hub(url, options);
}

/** What was refused, or could not be done: a `code` for programs, a sentence for people, and every fault. */
export class TocsinError extends Error {
  name = "TocsinError";

  /**
   * @param {string} code
   * @param {string} message
   * @param {{[name: string]: any}} [details]
   * @param {boolean} [retryable] whether the same may succeed later
   */
  constructor(code, message, details = {}, retryable = ["rate_limited", "unavailable", "internal_error"].includes(code)) {
    super(message);
    this.code = code;
    this.details = details;
    this.retryable = retryable;
    /** @type {Fault[]} every fault of a payload */
    this.faults = details.errors ?? [];
  }
}

/** A connection to a hub that comes back by itself. */
export class Hub extends EventTarget {
  /** @type {Session} */
  #session;

  /**
   * @param {string | URL} url
   * @param {Options} options
   */
  constructor(url, options) {
    super();
    this.#session = new Session(this, url, options);
  }

  get state() {
    return this.#session.state;
  }

  get reason() {
    return this.#session.reason;
  }

  get retryAt() {
    return this.#session.retryAt;
  }

  get transport() {
    return this.#session.link?.kind;
  }

  get position() {
    return written(this.#session.place);
  }

  /**
   * @param {string | string[]} patterns
   * @param {SubscribeOptions} [options]
   */
  subscribe(patterns, options = {}) {
    return this.#session.subscribe([patterns].flat(), options);
  }

  /**
   * @param {string | string[]} patterns
   * @param {(event: any) => unknown} handler
   * @param {SubscribeOptions} [options]
   * @returns {() => void} ends it
   */
  on(patterns, handler, options) {
    const subscription = this.subscribe(patterns, options);
    (async () => {
      for await (const event of subscription) {
        try {
          await handler(event);
        } catch (thrown) {
          report(thrown);
        }
      }
    })().catch((thrown) => this.state === "closed" || report(thrown));
    return () => subscription.close();
  }

  /**
   * @param {string} type
   * @param {unknown} payload
   * @param {PublishOptions} [options]
   * @returns {Promise<number>} its sequence
   */
  publish(type, payload, options = {}) {
    return this.#session.outbox.publish(type, payload, options);
  }

  close() {
    this.#session.close();
  }
}

// ---------------------------------------------------------------------------------------------------------------- Session

/** A place in the log. @typedef {{epoch: string, sequence: number}} Place */

class Session {
  /** @type {State} */
  state = "connecting";
  reason = "";
  /** When the next attempt is made, in milliseconds since 1970. @type {number | undefined} */
  retryAt;
  /** The connection that counts. @type {Link | undefined} */
  link;
  /** Everything up to here was received. @type {Place | undefined} */
  place;
  /** @type {Set<Reader>} */
  readers = new Set();

  /** @type {object | undefined} what belongs to an earlier connection is void */
  #turn;
  /** Whether the connection still has to be taken back to the place. */
  #resuming = false;
  #epoch = "";
  /** What the connection is subscribed to: each pattern with its filter. @type {Map<string, string>} */
  #told = new Map();
  /** Subscriptions without an answer. @type {Map<string, {reader: Reader, last: boolean} | undefined>} */
  #asked = new Map();
  #syncing = false;
  #lastId = 0;

  /** Why the server says that it closes. */
  #farewell = "";
  /** After how long the server wants to see us again. @type {number | undefined} */
  #comeBackMs;
  #silentLooks = 0;
  #lookedAt = 0;
  /** @type {{[name: string]: ReturnType<typeof setTimeout> | undefined}} */
  #timers = {};
  #warned = new Set();

  /**
   * @param {Hub} hub
   * @param {string | URL} url
   * @param {Options} options
   */
  constructor(hub, url, options) {
    const base = new URL(url, globalThis.location?.href);
    if (!/^(http|ws)s?:$/.test(base.protocol)) throw new TypeError(`no address of a hub: ${base.protocol}`);
    this.hub = hub;
    this.options = options;
    this.http = `${base.protocol.replace("ws", "http")}//${base.host}${base.pathname}`.replace(/\/+$/, "");
    this.backoff = new Backoff(options);
    this.credential = new Credential(options.token);
    this.outbox = new Outbox(this);
    this.#listen(true);
    this.#open();
  }

  // The application.

  /**
   * @param {string[]} patterns
   * @param {SubscribeOptions} options
   */
  subscribe(patterns, options) {
    const reader = new Reader(this, patterns, options);
    if (this.state === "closed") {
      reader.end(new TocsinError("closed", `the hub is closed: ${this.reason}`));
    } else {
      this.readers.add(reader);
      reader.start();
    }
    return reader.subscription;
  }

  close() {
    this.#finish("closed here");
  }

  // Connections come and go.

  async #open() {
    const turn = (this.#turn = {});
    clearTimeout(this.#timers.retry);
    this.#change("connecting");
    this.#farewell = "";
    this.#comeBackMs = undefined;
    try {
      await this.credential.renew();
    } catch (thrown) {
      if (turn === this.#turn) this.#ended(asError(thrown));
      return;
    }
    if (turn !== this.#turn) return;
    /** @type {Listener} */
    const listener = {
      opened: () => turn === this.#turn && this.#opened(),
      heard: (message) => turn === this.#turn && this.#hear(message),
      ended: (code, reason) => turn === this.#turn && this.#closed(code, reason),
    };
    this.#timers.connect = setTimeout(() => listener.ended(ABNORMAL, "no answer in time"), CONNECT_MS);
    try {
      this.link = webSocket(this.#WebSocket, `${this.http.replace("http", "ws")}/ws/events?events=${NOTHING}`, listener);
    } catch (thrown) {
      listener.ended(ABNORMAL, String(thrown));
    }
  }

  get #WebSocket() {
    return this.options.WebSocket ?? globalThis.WebSocket;
  }

  #opened() {
    const { token } = this.credential;
    if (token) this.link?.send({ action: "authenticate", token });
  }

  /** @param {Message} message */
  #established({ payload }) {
    clearTimeout(this.#timers.connect);
    const { epoch, sequence, catalog } = payload;
    this.#epoch = epoch;
    this.#resuming = this.place !== undefined;
    this.#told = new Map([[NOTHING, ""]]);
    const { catalog: known } = this.options;
    if (known && catalog && known !== catalog) {
      this.warn("catalog", `the hub's catalog is ${catalog}, this client was made for ${known}`);
    }
    this.#sync();
    if (this.place) {
      this.link?.send({ action: "resume", since: this.place.sequence, epoch: this.place.epoch });
    } else {
      this.place = { epoch, sequence };
      this.backoff.reset();
    }
    this.#silentLooks = 0;
    this.#look();
    this.#change("open");
    this.outbox.connected();
  }

  /**
   * A connection was closed, or could not be opened.
   * @param {number} code
   * @param {string} reason
   */
  #closed(code, reason) {
    if (code === CREDENTIAL_ENDED) this.credential.end();
    const final = code >= 4400 && code < 4500 && !(code === CREDENTIAL_ENDED && this.credential.mayChange);
    this.#ended(
      new TocsinError(`closed_${code}`, reason || this.#farewell || `the connection ended (${code})`, { code }, !final),
    );
  }

  /** @param {TocsinError} error */
  #ended(error) {
    this.#drop();
    this.outbox.disconnected(error.details.code);
    if (!error.retryable) {
      console.error(`tocsin: ${error.message}`);
      this.#finish(error.message, error);
      return;
    }
    const told = error.details.retry_after_ms ?? this.#comeBackMs;
    const delay = told === undefined ? this.backoff.next() : Math.min(told, LONGEST_OBEYED_MS);
    this.#timers.retry = setTimeout(() => this.#open(), delay);
    this.#comeBackMs = told;
    this.#change("waiting", error.message, Date.now() + delay);
  }

  /** The connection is gone, whether it knows or not. */
  #drop() {
    this.#turn = undefined;
    this.link?.close();
    this.link = undefined;
    for (const name in this.#timers) clearTimeout(this.#timers[name]);
    this.#asked.clear();
    for (const reader of this.readers) reader.disconnected();
  }

  /**
   * @param {string} reason
   * @param {TocsinError} [error] when it was not the application's wish
   */
  #finish(reason, error) {
    if (this.state === "closed") return;
    this.#drop();
    this.#listen(false);
    this.#change("closed", reason);
    this.outbox.abandon(reason);
    for (const reader of [...this.readers]) reader.end(error);
  }

  /**
   * @param {State} state
   * @param {string} [reason]
   * @param {number} [retryAt]
   */
  #change(state, reason = "", retryAt) {
    Object.assign(this, { state, reason, retryAt });
    for (const reader of this.readers) reader.poke();
    this.#tell("state", { state, reason, retryAt, transport: this.link?.kind });
  }

  /**
   * @param {string} type
   * @param {object} fields
   */
  #tell(type, fields) {
    return this.hub.dispatchEvent(Object.assign(new Event(type, { cancelable: true }), fields));
  }

  /**
   * Something that the application should know and that stops nothing: told once.
   * @param {string} code
   * @param {string} message
   */
  warn(code, message) {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    if (this.#tell("warning", { code, message })) console.warn(`tocsin: ${message}`);
  }

  /**
   * Events are missing, or nobody knows whether some are.
   * @param {string} reason
   * @param {number} [from]
   * @param {number} [to]
   * @param {Reader} [reader] the subscription that misses them; all, when there is none
   */
  gap(reason, from, to, reader) {
    this.#tell("gap", { reason, from, to, subscription: reader?.subscription });
  }

  // Is anybody there?

  /** Looks after the connection: a sixth of the silence that is one too long, again and again. */
  #look() {
    clearTimeout(this.#timers.look);
    const every = (this.options.silenceMs ?? 60_000) / 6;
    this.#lookedAt = Date.now();
    this.#timers.look = setTimeout(() => {
      if (Date.now() - this.#lookedAt > 2 * every + 1000) {
        this.#wake(); // the machine slept, or the page was frozen
      } else if (++this.#silentLooks > 5) {
        this.#closed(ABNORMAL, "nothing was heard from the hub");
        return;
      } else if (this.#silentLooks > 1) {
        this.#ping();
      }
      this.#look();
    }, every);
  }

  #ping() {
    this.link?.send({ action: "ping" });
  }

  /** There may be a network again, or somebody looks: do not wait, and do not trust a connection that may be dead. */
  #wake = () => {
    if (globalThis.document?.visibilityState === "hidden") return;
    if (this.state === "waiting" && this.#comeBackMs === undefined) {
      this.#open();
    } else if (this.state === "open" && !this.#timers.probe) {
      this.#ping();
      this.#timers.probe = setTimeout(() => this.#closed(ABNORMAL, "the connection was dead"), PROBE_MS);
    }
  };

  /** @param {boolean} on */
  #listen(on) {
    const verb = on ? "addEventListener" : "removeEventListener";
    globalThis[verb]?.("online", this.#wake);
    globalThis[verb]?.("pageshow", this.#wake);
    globalThis.document?.[verb]("visibilitychange", this.#wake);
    globalThis.document?.[verb]("resume", this.#wake);
  }

  // What the server says.

  /** @param {Message} message */
  #hear(message) {
    this.#silentLooks = 0;
    clearTimeout(this.#timers.probe);
    this.#timers.probe = undefined;
    switch (message.action ?? message.type) {
      case "connection.established":
        return this.#established(message);
      case "connection.error":
        this.#farewell = message.payload.message;
        this.#comeBackMs = message.payload.details?.retry_after_ms;
        return;
      case "ping":
        this.link?.send({ type: "pong" });
        return this.#toldPosition(message.sequence);
      case "pong":
        return;
      case "resumed":
        return this.#resumed(message);
      case "gap":
        if (!this.#resuming && this.place) {
          this.gap("deleted", message.from, message.to);
          this.#toldPosition(Math.max(this.place.sequence, message.to));
        }
        return;
      case "subscribed": {
        this.#toldPosition(message.sequence);
        for (const warning of message.warnings ?? []) {
          const { pattern, suggestion } = warning;
          this.warn(warning.code, `${pattern} ${warning.message}` + (suggestion ? `; did you mean ${suggestion}?` : ""));
        }
        const asked = this.#asked.get(message.id);
        this.#asked.delete(message.id);
        if (asked?.last) asked.reader.subscribed(this.#epoch, message.sequence);
        return;
      }
      case "unsubscribed":
        return this.#toldPosition(message.sequence);
      case "published":
        return this.outbox.answered(message.id, message.sequence);
      case "authenticated":
        return this.credential.answered(true);
      case "expiring":
        return void this.#renew();
      case "reconnect":
        this.#comeBackMs = message.after_ms;
        return;
      case "error":
        return this.#refused(message);
      default:
        if (message.sequence !== undefined) this.#event(message);
    }
  }

  /** @param {Message} event */
  #event(event) {
    const { place } = this;
    if (!place || this.#resuming || event.sequence <= place.sequence) return;
    if ((event.previous ?? 0) > place.sequence) this.gap("missed", place.sequence + 1, event.previous);
    place.sequence = event.sequence;
    for (const reader of this.readers) reader.offer(event);
  }

  /** @param {number} sequence */
  #toldPosition(sequence) {
    if (this.place && !this.#resuming) {
      this.place.sequence = sequence;
      for (const reader of this.readers) reader.moved();
    }
  }

  /** The server has gone back to the place, or as near as it can. @param {Message} message */
  #resumed({ since, reason, first_available: oldest }) {
    const before = this.place;
    if (!this.#resuming || !before) return;
    this.#resuming = false;
    this.backoff.reset();
    this.place = { epoch: this.#epoch, sequence: since };
    if (reason === "truncated") {
      this.gap(reason, before.sequence + 1, oldest - 1);
    } else if (reason) {
      this.gap(reason);
      for (const reader of this.readers) reader.lost(this.place);
    }
  }

  /** @param {Message} message */
  #refused({ id, payload }) {
    const error = new TocsinError(payload.error, payload.message, payload.details);
    if (this.#asked.has(id)) {
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      if (asked) asked.reader.end(error);
      else this.warn(error.code, error.message);
    } else if (id && id === this.credential.asked) {
      this.credential.answered(false);
      this.warn(error.code, `the credential was not renewed: ${error.message}`);
    } else if (!this.outbox.answered(id, error)) {
      this.#farewell = error.message;
      this.#comeBackMs = error.details.retry_after_ms;
      if (this.state === "connecting") this.#closed(ABNORMAL, error.message);
    }
  }

  /** The credential ends soon: another takes its place on the open connection. */
  async #renew() {
    const turn = this.#turn;
    try {
      await this.credential.propose((token, id) => turn === this.#turn && this.link?.send({ action: "authenticate", id, token }));
    } catch (thrown) {
      this.warn("unauthenticated", `the credential ends soon, and there is no other: ${asError(thrown).message}`);
    }
  }

  // What is wanted.

  /** Something has changed in what the readers want. */
  changed() {
    if (this.#syncing) return;
    this.#syncing = true;
    queueMicrotask(() => {
      this.#syncing = false;
      if (this.state === "open") this.#sync();
    });
  }

  /**
   * A connection holds one filter for a pattern, or none. Where readers of a pattern do not agree, it gets none, and each
   * reader takes what it asked for.
   */
  wanted() {
    /** @type {Map<string, string>} */
    const wanted = new Map();
    for (const reader of this.readers) {
      if (!reader.wants) continue;
      for (const pattern of reader.patterns) {
        wanted.set(pattern, (wanted.get(pattern) ?? reader.where) === reader.where ? reader.where : "");
      }
    }
    return wanted;
  }

  /** Tells the server what is wanted and it does not know. */
  #sync() {
    const wanted = this.wanted();
    const told = this.#told;
    const gone = [...told.keys()].filter((pattern) => !wanted.has(pattern));
    for (const events of chunks(gone)) this.link?.send({ action: "unsubscribe", events });
    this.#told = wanted;
    for (const reader of this.readers) {
      if (!reader.asks) continue;
      reader.asks = false;
      this.#subscribe(reader.patterns, wanted, reader);
      for (const pattern of reader.patterns) told.set(pattern, wanted.get(pattern) ?? "");
    }
    this.#subscribe([...wanted.keys()].filter((pattern) => told.get(pattern) !== wanted.get(pattern)), wanted);
  }

  /**
   * @param {string[]} patterns
   * @param {Map<string, string>} wanted
   * @param {Reader} [reader] who is told the answer
   */
  #subscribe(patterns, wanted, reader) {
    const wheres = [...new Set(patterns.map((pattern) => wanted.get(pattern) ?? ""))];
    const messages = wheres.flatMap((where) =>
      chunks(patterns.filter((pattern) => (wanted.get(pattern) ?? "") === where)).map((events) => ({ events, where })),
    );
    messages.forEach(({ events, where }, index) => {
      const id = `s${++this.#lastId}`;
      this.#asked.set(id, reader && { reader, last: index === messages.length - 1 });
      this.link?.send({ action: "subscribe", id, events, where: where ? JSON.parse(where) : undefined });
    });
  }

  // HTTP, beside the connection.

  /**
   * @param {string} path
   * @param {RequestInit & {headers?: {[name: string]: string}}} [init]
   * @returns {Promise<any>}
   */
  async ask(path, init = {}) {
    for (let again = false; ; again = true) {
      const shown = this.credential.token;
      const answer = await this.fetch(path, init);
      if (answer.ok) return answer.json();
      if (answer.status === 401 && !again && this.credential.mayChange) {
        await this.credential.renew();
        if (this.credential.token !== shown) continue;
      }
      throw await problem(answer);
    }
  }

  /**
   * @param {string} path
   * @param {RequestInit & {headers?: {[name: string]: string}}} init
   */
  async fetch(path, { headers, ...init }) {
    const { token } = this.credential;
    try {
      return await fetch(this.http + path, {
        cache: "no-store",
        credentials: "omit",
        ...init,
        headers: { ...(token && { Authorization: `Bearer ${token}` }), ...headers },
      });
    } catch (thrown) {
      throw new TocsinError("unreachable", `cannot reach ${this.http}`, {}, true);
    }
  }
}

// ----------------------------------------------------------------------------------------------------------------- Reader

/**
 * One subscription.
 *
 *   joining ── subscribed ──▶ live ── the buffer is full ──▶ lagging ── near the head ──▶ joining …
 *
 * A reader that joins from a place in the log waits for the connection's word that it is subscribed after S, keeps what comes
 * on the connection from then on, and is live when its pages have come as far as S.
 */
class Reader {
  /** @type {"joining" | "live" | "lagging" | "over"} */
  phase = "joining";
  /** Whether the server has to be asked. */
  asks = true;

  /** What the consumer has not taken yet, each with its epoch. @type {[Message, string | undefined][]} */
  #queue = [];
  /** @type {{resolve: (result: IteratorResult<any>) => void, reject: (error: unknown) => void}[]} */
  #consumers = [];
  /** Everything up to here was put into the queue, or is on the connection. @type {number | undefined} */
  #at;
  /** @type {string | undefined} */
  #epoch;
  /** The position after which the connection carries what is wanted here. @type {number | undefined} */
  #from;
  /** What the connection carries while pages are read. @type {Message[]} */
  #pending = [];
  /** Where the event stands that the consumer is busy with. @type {Place | undefined} */
  #given;
  /** Everything up to here was received by the consumer. @type {Place | undefined} */
  #taken;
  /** @type {unknown} */
  #error;
  #reading = false;
  /** @type {() => void} */
  #poked = () => {};

  /**
   * @param {Session} session
   * @param {string[]} patterns
   * @param {SubscribeOptions} options
   */
  constructor(session, patterns, options) {
    this.session = session;
    this.options = options;
    this.patterns = [...new Set(patterns.map((pattern) => String(pattern).toLowerCase()))];
    this.where = JSON.stringify(options.where ?? {}).replace(/^{}$/, "");
    this.buffer = Math.max(1, options.buffer ?? 1000);
    this.backoff = new Backoff(session.options);
    this.judge = judge(this.patterns, options.where ?? {});
    this.name = `tocsin ${session.http} ${options.name ?? JSON.stringify([this.patterns, this.where])}`;
    const reader = this;
    /** What the application sees of it. */
    this.subscription = {
      next: () => reader.#next(),
      return: async () => {
        reader.end();
        return { done: /** @type {const} */ (true), value: undefined };
      },
      close: () => reader.end(),
      get position() {
        return written(reader.#received);
      },
      get lagging() {
        return reader.phase === "lagging";
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Whether the connection is to carry what is wanted here. */
  get wants() {
    return this.phase === "joining" || this.phase === "live";
  }

  async start() {
    const { last, latest, since } = this.options;
    const { store } = this.session.options;
    if (store || last || latest || since !== undefined) {
      this.phase = "lagging";
      try {
        const kept = last || latest ? undefined : await store?.getItem(this.name);
        const place = read(kept ?? since);
        this.#epoch = place?.epoch;
        this.#at = place?.sequence;
      } catch (thrown) {
        this.end(thrown);
      }
      if (this.#at === undefined && !last && !latest && this.phase === "lagging") this.#join();
    }
    this.#catchUp();
    this.session.changed();
  }

  // The consumer.

  /** @returns {Promise<IteratorResult<any>>} */
  #next() {
    // Who comes for the next one has done with the one before.
    if (this.#given) {
      this.#taken = this.#given;
      this.#given = undefined;
      this.#persist();
    }
    return new Promise((resolve, reject) => {
      this.#consumers.push({ resolve, reject });
      this.#serve();
    });
  }

  #serve() {
    while (this.#consumers.length) {
      const [event, epoch = ""] = this.#queue.shift() ?? [];
      if (!event && this.phase !== "over") break;
      const consumer = /** @type {(typeof this.#consumers)[0]} */ (this.#consumers.shift());
      if (event) {
        this.#given = { epoch, sequence: event.sequence };
        consumer.resolve({ done: false, value: event });
      } else if (this.#error) {
        consumer.reject(this.#error);
        this.#error = undefined;
      } else {
        consumer.resolve({ done: true, value: undefined });
      }
    }
    this.poke();
  }

  #persist() {
    const { store } = this.session.options;
    const place = this.#received;
    if (store && place) {
      try {
        Promise.resolve(store.setItem(this.name, written(place))).catch(report);
      } catch (thrown) {
        report(thrown);
      }
    }
  }

  /** How far the consumer has come: where it has everything, that is where the reader is. @returns {Place | undefined} */
  get #received() {
    if (!this.#queue.length && !this.#given && this.#epoch !== undefined) {
      const sequence = this.phase === "live" ? this.session.place?.sequence : this.#at;
      if (sequence !== undefined) return { epoch: this.#epoch, sequence };
    }
    return this.#taken;
  }

  /** @param {unknown} [error] */
  end(error) {
    if (this.phase === "over") return;
    this.phase = "over";
    this.#error = error;
    this.#pending = [];
    if (!error) this.#queue = [];
    this.session.readers.delete(this);
    this.session.changed();
    this.#serve();
  }

  // The connection.

  /**
   * An event of the connection.
   * @param {Message} event
   */
  offer(event) {
    if (this.phase === "joining" && this.#from !== undefined && this.judge(event) !== false) {
      this.#pending.push(event);
      if (this.#pending.length > this.buffer) this.#lag();
    } else if (this.phase === "live" && event.sequence > /** @type {number} */ (this.#at)) {
      const wanted = this.judge(event);
      if (wanted === undefined || (wanted && this.#queue.length >= this.buffer)) {
        this.#at = event.sequence - 1;
        this.#lag();
      } else if (wanted) {
        this.#put(event);
      }
    }
  }

  /** @param {Message} event */
  #put(event) {
    this.#queue.push([event, this.#epoch]);
    if (this.#consumers.length) this.#serve();
  }

  /** The connection's position has moved without an event. */
  moved() {
    if (this.phase === "live" && !this.#queue.length && !this.#given) this.#persist();
  }

  /**
   * The connection carries what is wanted here, after a position.
   * @param {string} epoch
   * @param {number} sequence
   */
  subscribed(epoch, sequence) {
    if (this.phase !== "joining") return;
    if (this.#at === undefined) {
      this.#epoch = epoch;
      this.#at = sequence;
      this.#taken = { epoch, sequence };
      // The server has judged our own filter, unless others have to get more: then the first page tells whether it is good.
      if (this.patterns.every((pattern) => this.session.wanted().get(pattern) === this.where)) {
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
    if (this.phase === "joining" && this.#at !== undefined) this.#lag();
  }

  /** The log is another: nobody knows what was missed. @param {Place} place where it goes on */
  lost(place) {
    if (this.phase === "live") {
      this.#epoch = place.epoch;
      this.#at = place.sequence;
    }
  }

  #join() {
    this.phase = "joining";
    this.asks = true;
    this.#from = undefined;
    this.session.changed();
  }

  #lag() {
    this.phase = "lagging";
    this.asks = false;
    this.#from = undefined;
    this.#pending = [];
    this.session.changed();
    this.#catchUp();
  }

  // The log.

  /** Something has changed that reading on may have waited for. */
  poke() {
    this.#poked();
  }

  /** Whether a page may be read now. */
  get #mayRead() {
    const { state } = this.session;
    const has = this.phase === "lagging" || (this.phase === "joining" && this.#from !== undefined);
    return has && state === "open" && this.#queue.length <= this.buffer / 2;
  }

  /** Reads the log until the reader is live. */
  async #catchUp() {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.phase === "lagging" || (this.phase === "joining" && this.#at !== undefined)) {
        if (this.#mayRead) {
          await this.#readOn();
        } else {
          await new Promise((resolve) => (this.#poked = () => resolve(undefined)));
        }
      }
    } catch (thrown) {
      this.end(thrown);
    } finally {
      this.#reading = false;
    }
  }

  async #readOn() {
    const limit = Math.min(PAGE_EVENTS, this.buffer - this.#queue.length);
    const initial = this.#at === undefined;
    const query = new URLSearchParams({ events: this.patterns.map((pattern) => pattern.replaceAll(",", "")).join() });
    if (this.where) query.set("where", this.where);
    let path = "events";
    if (!initial) {
      query.set("since", String(this.#at));
      query.set("limit", String(limit));
    } else if (this.options.latest) {
      path = "latest";
    } else {
      query.set("last", String(this.options.last));
    }
    let page;
    try {
      page = await this.session.ask(`/api/v1/${path}?${query}`);
    } catch (thrown) {
      const error = asError(thrown);
      if (!error.retryable) throw error;
      const pause = error.details.retry_after_ms ?? this.backoff.next();
      await new Promise((resolve) => setTimeout(resolve, pause));
      return;
    }
    this.backoff.reset();
    if (this.phase === "over") return;
    if (this.#epoch !== undefined && page.epoch !== this.#epoch) {
      this.session.gap("epoch_changed", undefined, undefined, this);
      this.#at = undefined;
      this.#epoch = undefined;
      this.#join();
      return;
    }
    this.#epoch = /** @type {string} */ (page.epoch);
    if (!initial) this.#taken ??= { epoch: this.#epoch, sequence: /** @type {number} */ (this.#at) };
    for (const { from, to } of page.gaps ?? []) this.session.gap("deleted", from, to, this);
    for (const event of page.events) this.#put(initial ? { ...event, initial } : event);
    this.#at = page.next_since ?? page.sequence;
    if (this.#from !== undefined && /** @type {number} */ (this.#at) >= this.#from) {
      this.#goLive();
    } else if (this.phase === "lagging" && page.events.length < limit) {
      this.#join();
    }
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
 * What was published and is not known to be in the log yet. An event goes out with each new connection until it is answered,
 * always under the same idempotency key, so that it is in the log once.
 *
 * @typedef {object} Parcel
 * @property {object} event
 * @property {string} key
 * @property {number} bytes
 * @property {string} [id] of the action that is not answered yet
 * @property {number} [sentAt] when it first went out
 * @property {(sequence: number) => void} resolve
 * @property {(error: TocsinError) => void} reject
 */
class Outbox {
  /** @type {Set<Parcel>} */
  #held = new Set();
  #bytes = 0;
  #lastKey = 0;
  #prefix = unique();
  #paused = false;

  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    this.backoff = new Backoff(session.options);
  }

  /**
   * @param {string} type
   * @param {unknown} payload
   * @param {PublishOptions} options
   * @returns {Promise<number>}
   */
  async publish(type, payload, { idempotencyKey, correlationId, timestamp, channel }) {
    const event = { type, payload, timestamp, correlation_id: correlationId, channel };
    const key = idempotencyKey ?? `${this.#prefix}-${++this.#lastKey}`;
    const bytes = new TextEncoder().encode(JSON.stringify({ action: "publish", id: "p0", event, idempotency_key: key })).length + 16;
    const { events = OUTBOX_EVENTS, bytes: most = OUTBOX_BYTES } = this.session.options.outbox ?? {};
    if (this.session.state === "closed") throw new TocsinError("not_sent", `the hub is closed: ${this.session.reason}`);
    if (bytes > MESSAGE_BYTES) throw new TocsinError("message_too_large", `an event may have ${MESSAGE_BYTES} bytes`);
    if (this.#held.size >= events || this.#bytes + bytes > most) {
      throw new TocsinError("outbox_full", `${this.#held.size} events wait for their answers`, {}, true);
    }
    this.#bytes += bytes;
    return new Promise((resolve, reject) => {
      const parcel = { event, key, bytes, resolve, reject };
      this.#held.add(parcel);
      this.#send(parcel);
    });
  }

  /** The server takes actions. */
  connected() {
    this.#paused = false;
    for (const parcel of [...this.#held]) this.#send(parcel);
  }

  /** @param {Parcel} parcel */
  #send(parcel) {
    const { link, state } = this.session;
    if (parcel.id || this.#paused || state !== "open" || !link) return;
    const now = Date.now();
    parcel.sentAt ??= now;
    if (now - parcel.sentAt >= REPEAT_MS) {
      this.#settle(parcel, new TocsinError("unanswered", "no answer came, and the hub may have forgotten the key since"));
      return;
    }
    parcel.id = unique();
    link.send({ action: "publish", id: parcel.id, event: parcel.event, idempotency_key: parcel.key });
  }

  /**
   * @param {string | undefined} id
   * @param {number | TocsinError} answer
   * @returns {boolean} whether it was for one of these
   */
  answered(id, answer) {
    const parcel = [...this.#held].find((one) => id !== undefined && one.id === id);
    if (!parcel) return false;
    if (typeof answer === "number") this.backoff.reset();
    const late = Date.now() - /** @type {number} */ (parcel.sentAt) >= REPEAT_MS;
    if (typeof answer === "number" || !answer.retryable || late) {
      this.#settle(parcel, answer);
    } else {
      parcel.id = undefined;
      if (!this.#paused) {
        this.#paused = true;
        setTimeout(() => this.connected(), answer.details.retry_after_ms ?? this.backoff.next());
      }
    }
    return true;
  }

  /**
   * An event that is too large for a proxy in between must not break each connection that follows.
   * @param {number | undefined} code
   */
  disconnected(code) {
    const sent = [...this.#held].filter((parcel) => parcel.id);
    for (const parcel of sent) parcel.id = undefined;
    if (code === TOO_BIG && sent.length) {
      const largest = sent.reduce((one, other) => (other.bytes > one.bytes ? other : one));
      this.#settle(largest, new TocsinError("unanswered", "the connection was closed with 1009: a message is too large"));
    }
  }

  /** No connection follows. @param {string} reason */
  abandon(reason) {
    for (const parcel of [...this.#held]) {
      this.#settle(parcel, new TocsinError(parcel.sentAt ? "unanswered" : "not_sent", reason));
    }
  }

  /**
   * @param {Parcel} parcel
   * @param {number | TocsinError} answer
   */
  #settle(parcel, answer) {
    if (!this.#held.delete(parcel)) return;
    this.#bytes -= parcel.bytes;
    if (typeof answer === "number") parcel.resolve(answer);
    else parcel.reject(answer);
  }
}

// ------------------------------------------------------------------------------------------------------------- Credential

/** What a client shows to be let in. It hands the text to the header and the action that carry it, and to nothing else. */
class Credential {
  /** @type {string | undefined} */
  token;
  /** The action that proposes another one. @type {string | undefined} */
  asked;
  /** @type {string | undefined} */
  #ended;
  /** @type {string | undefined} */
  #proposed;

  /** @param {Options["token"]} supplier */
  constructor(supplier) {
    this.supplier = supplier;
  }

  /** Whether another may take the place of one that has ended. */
  get mayChange() {
    return typeof this.supplier === "function";
  }

  async #supply() {
    const { supplier } = this;
    let token;
    try {
      token = typeof supplier === "function" ? await supplier() : supplier;
    } catch (thrown) {
      // What it said is not repeated: it may name the credential.
      throw new TocsinError("no_credential", "there is no credential at the moment: `token` has failed", {}, true);
    }
    if (token === undefined || token === null) return undefined;
    if (!/^[A-Za-z0-9._~+/-]{1,16384}=*$/.test(token)) {
      throw new TocsinError("unauthenticated", "what `token` gives is no credential", {}, false);
    }
    return token;
  }

  /** Asks for the newest one. */
  async renew() {
    const token = await this.#supply();
    if (token && token === this.#ended) {
      throw new TocsinError("credential_ended", "the credential has ended, and `token` gives no other", {}, false);
    }
    this.token = token;
    this.#proposed = this.asked = undefined;
  }

  /**
   * Asks for another one, to take the place of the one on the open connection.
   * @param {(token: string, id: string) => void} send
   */
  async propose(send) {
    const token = await this.#supply();
    if (token && ![this.token, this.#ended, this.#proposed].includes(token)) {
      this.#proposed = token;
      this.asked = unique();
      send(token, this.asked);
    }
  }

  /** @param {boolean} taken */
  answered(taken) {
    if (taken && this.#proposed) this.token = this.#proposed;
    this.#proposed = this.asked = undefined;
  }

  /** The server has said that it is expired or revoked. */
  end() {
    this.#ended = this.token;
  }
}

// ------------------------------------------------------------------------------------------------------------------ Links

/**
 * @param {any} WebSocket
 * @param {string} url
 * @param {Listener} listener
 * @returns {Link}
 */
function webSocket(WebSocket, url, listener) {
  const socket = new WebSocket(url);
  socket.onopen = listener.opened;
  socket.onmessage = (/** @type {{data: string}} */ { data }) => listener.heard(JSON.parse(data));
  socket.onclose = (/** @type {{code: number, reason: string}} */ { code, reason }) => listener.ended(code, reason);
  socket.onerror = () => {}; // a close follows
  return {
    kind: "websocket",
    send: (message) => socket.readyState === 1 && socket.send(JSON.stringify(message)),
    close: () => socket.close(1000),
  };
}

// -------------------------------------------------------------------------------------------------------- Patterns, filters

/**
 * Judges events as the server does: true, false, or undefined where only the server knows (a text that is the wanted one but
 * for its letter case matches in an enum and nowhere else).
 * @param {string[]} patterns
 * @param {{[field: string]: any}} where
 */
function judge(patterns, where) {
  const expression = new RegExp(`^(?:${patterns.map(glob).join("|")})$`, "i");
  /** @type {Map<string, boolean>} */
  const types = new Map();
  const fields = Object.entries(where).map(([field, condition]) => /** @type {const} */ ([field, fulfils(condition)]));
  return (/** @type {Message} */ event) => {
    let wanted = types.get(event.type);
    if (wanted === undefined) types.set(event.type, (wanted = patterns.length > 0 && expression.test(event.type)));
    /** @type {boolean | undefined} */
    let verdict = wanted;
    for (const [field, holds] of fields) {
      if (verdict === false) break;
      const one = holds(field[0] === "$" ? event[field.slice(1)] : event.payload?.[field]);
      verdict = one === false ? false : verdict && one;
    }
    return verdict;
  };
}

/** A shell's pattern as a regular expression. @param {string} pattern */
function glob(pattern) {
  return pattern.replace(/\[(!?)(\]?[^\]]*)\]|\*|\?|[^\w\s]/g, (found, not, members) => {
    if (found === "*") return "[^]*";
    if (found === "?") return "[^]";
    if (members === undefined) return `\\${found}`;
    const set = members.replace(/(.)-(.)|[\\\]^-]/g, (/** @type {string} */ part, /** @type {string} */ from, /** @type {string} */ to) =>
      from === undefined ? `\\${part}` : from > to ? "" : `${escape(from)}-${escape(to)}`,
    );
    return `[${not && "^"}${set}]`;
  });
}

/** @param {string} character in a set */
function escape(character) {
  return /[\\\]^-]/.test(character) ? `\\${character}` : character;
}

/**
 * @param {any} condition
 * @returns {(value: unknown) => boolean | undefined}
 */
function fulfils(condition) {
  if (typeof condition !== "object" || Array.isArray(condition)) return (value) => isOneOf(value, [condition].flat());
  const { not, min = -Infinity, max = Infinity } = condition;
  const bounded = "min" in condition || "max" in condition;
  return (value) => {
    if (value === null || !["string", "number", "boolean"].includes(typeof value)) return false;
    if (bounded && !(typeof value === "number" && value >= min && value <= max)) return false;
    const unwanted = not !== undefined && isOneOf(value, [not].flat());
    return unwanted === undefined ? undefined : !unwanted;
  };
}

/**
 * @param {unknown} value
 * @param {unknown[]} wanted
 */
function isOneOf(value, wanted) {
  if (wanted.includes(value)) return value !== null && value !== undefined;
  const alike = typeof value === "string" && wanted.some((one) => typeof one === "string" && one.toLowerCase() === value);
  return alike ? undefined : false;
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
    const delay = Math.random() * this.bound;
    this.bound = Math.min(2 * this.bound, this.longest);
    return delay;
  }

  reset() {
    this.bound = this.first;
  }
}

/** @template T @param {T[]} list @returns {T[][]} */
function chunks(list) {
  return list.length ? [list.slice(0, PATTERNS_A_MESSAGE), ...chunks(list.slice(PATTERNS_A_MESSAGE))] : [];
}

/** @param {Place | undefined} place */
function written(place) {
  return place && `${place.epoch}:${place.sequence}`;
}

/**
 * @param {string | number | null | undefined} text what `written` has written, or a sequence
 * @returns {{epoch?: string, sequence: number} | undefined}
 */
function read(text) {
  if (text === undefined || text === null) return undefined;
  const [, epoch, digits] = /^(?:(.+):)?(\d+)$/.exec(String(text)) ?? [];
  if (digits === undefined) throw new TypeError(`no position: ${text}`);
  return { epoch, sequence: Number(digits) };
}

/** The problem document of an answer, or what is known without one: then it was a proxy, and it may be otherwise later. */
async function problem(/** @type {Response} */ answer) {
  const own = answer.headers.get("content-type")?.includes("problem+json");
  const { error = `http_${answer.status}`, title, detail, details = {} } = own ? await answer.json().catch(() => ({})) : {};
  const seconds = Number(answer.headers.get("retry-after"));
  if (seconds) details.retry_after_ms ??= seconds * 1000;
  const retryable = !own || answer.status >= 500 || [408, 429].includes(answer.status);
  return new TocsinError(error, detail ?? title ?? `HTTP ${answer.status}`, { ...details, status: answer.status }, retryable);
}

/** @param {unknown} thrown */
function asError(thrown) {
  return thrown instanceof TocsinError ? thrown : new TocsinError("failed", String(thrown), {}, true);
}

/** A text that nobody else has. */
function unique() {
  const random = globalThis.crypto?.getRandomValues(new Uint32Array(4)) ?? Array.from({ length: 4 }, () => Math.random() * 2 ** 32);
  return Array.from(random, (number) => Math.floor(number).toString(36)).join("");
}

/** Something of the application's has failed; nothing else comes of it. @param {unknown} thrown */
function report(thrown) {
  (globalThis.reportError ?? console.error)(thrown);
}
