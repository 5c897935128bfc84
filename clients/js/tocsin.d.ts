// Types of tocsin-client. `connect<Events>(…)` takes the interface `Events` of a catalog's types
// (GET /api/v1/catalog.d.ts, or ./tocsin catalog types > catalog.d.ts):
//
//   interface Events { "alert.created": AlertCreatedEvent; … }

/** An event as it is delivered. */
export interface Envelope<Type extends string = string, Payload = unknown> {
  type: Type;
  payload: Payload;
  /** ISO 8601, as the producer wrote it. */
  timestamp: string;
  /** Its place in the log. */
  sequence: number;
  /** The last earlier event that this connection wanted; absent in what was read from history. */
  previous?: number;
  channel?: string;
  correlation_id?: string;
  /** It stands for the state at the beginning (`last`, `latest`). */
  initial?: true;
}

/** What is known of events without a catalog: nothing but their envelope. */
export interface AnyEvents {
  [type: string]: Envelope<string, { [field: string]: unknown }>;
}

/** The names of the event types. */
export type TypeOf<Events> = keyof Events & string;

/** The types that a pattern matches: exactly for a name, `*`, and a name with `*` at its end; else it may be any. */
export type Matching<Events, Pattern extends string> = string extends Pattern | TypeOf<Events>
  ? TypeOf<Events>
  : MatchingOne<Events, Lowercase<Pattern>>;

type MatchingOne<Events, Pattern extends string> = Pattern extends TypeOf<Events>
  ? Pattern
  : Pattern extends `${string}${"?" | "["}${string}`
    ? TypeOf<Events>
    : Pattern extends `${infer Start}*${infer Rest}`
      ? Rest extends ""
        ? Extract<TypeOf<Events>, `${Start}${string}`>
        : TypeOf<Events>
      : never;

/** The events that a pattern matches. */
export type EventOf<Events, Pattern extends string> = Events[Matching<Events, Pattern>];

/** The payload of an event type. */
export type PayloadOf<Events, Type extends TypeOf<Events>> = PayloadIn<Events[Type]>;

type PayloadIn<Event> = Event extends { payload: infer Payload } ? Payload : never;

/** What a field must be: a value, one of several, or within bounds. `min` and `max` belong to the bounds. */
export type Condition<Value> =
  | Value
  | readonly Value[]
  | (Value extends number ? { min?: number; max?: number; not?: Value | readonly Value[] } : { not: Value | readonly Value[] });

type Plain<Value> = Extract<NonNullable<Value>, string | number | boolean>;
type Fields<Payload> = Payload extends unknown ? keyof Payload & string : never;
type FieldValue<Payload, Field extends string> = Payload extends unknown
  ? Field extends keyof Payload
    ? unknown extends Payload[Field]
      ? string | number | boolean
      : Plain<Payload[Field]>
    : never
  : never;

/** Which events of the types are wanted, by the fields of their payloads. All conditions must hold. */
export type Where<Payload> = {
  readonly [Field in Fields<Payload> as [FieldValue<Payload, Field>] extends [never] ? never : Field]?: Condition<
    FieldValue<Payload, Field>
  >;
} & { readonly $channel?: Condition<string>; readonly $correlation_id?: Condition<string> };

/** Where positions are kept: `sessionStorage`, `localStorage`, or anything like them. `setItem` is called in order. */
export interface Store {
  getItem(name: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(name: string, value: string): unknown;
}

export interface Options {
  /** A key or token, or what gives one: it is asked for each connection, and again when the one before ends. */
  token?: string | (() => string | null | undefined | Promise<string | null | undefined>) | null;
  /** Keeps the position of each subscription, which goes on from there when the page is loaded again. */
  store?: Store;
  /** Shares one connection among the tabs of this origin. A text separates those who must not share. */
  shared?: boolean | string;
  /** The `catalog` that the types were made from; a hub with another one is told by a warning. */
  catalog?: string;
  /** The class of WebSockets, for Node before 22: that of the package ws. Without any, streams are used. */
  WebSocket?: new (url: string) => object;
  /** Delays between attempts are drawn between 0 and a bound that doubles: 500 ms. */
  firstDelayMs?: number;
  /** The longest of these bounds: 30 s. */
  longestDelayMs?: number;
  /** A connection that was silent for so long is dead: 60 s. */
  silenceMs?: number;
  /** When to try WebSockets again where they were blocked, after a first time at once: 5 min. */
  webSocketAgainMs?: number;
}

export interface SubscribeOptions<Filter = { readonly [field: string]: unknown }> {
  where?: Filter;
  /** Begin with the newest so many events. */
  last?: number;
  /** Begin with the newest event for each type and key: what is the case now. */
  latest?: boolean;
  /** Begin after a position (`subscription.position`), or after a sequence of the present log. */
  since?: string | number;
  /** How many events may wait for the consumer before the subscription reads the log at his pace: 1,000. */
  buffer?: number;
  /** What the store keeps the position under; by default the patterns and the filter. */
  name?: string;
}

/** An event counts as received when the next one is asked for. */
export interface Subscription<Event> extends AsyncIterableIterator<Event> {
  next(): Promise<IteratorResult<Event, undefined>>;
  return(): Promise<IteratorResult<Event, undefined>>;
  [Symbol.asyncIterator](): Subscription<Event>;
  close(): void;
  /** Everything up to here was received: `epoch:sequence`. */
  readonly position: string | undefined;
  /** Whether the consumer is slower than the events, so that they are read from the log. */
  readonly lagging: boolean;
}

export interface PublishOptions {
  /** A publish that repeats a key is in the log once: 256 characters at most, no line break. One is made where none is given. */
  idempotencyKey?: string;
  correlationId?: string;
  /** ISO 8601; by default the hub's time. */
  timestamp?: string;
  channel?: string;
}

/** What is wrong with one field of a payload. */
export interface Fault {
  /** A JSON pointer into the payload. */
  path: string;
  code: string;
  message: string;
}

/**
 * What was refused, or could not be done. Codes of the hub are in docs/protocol.md; the client's own are `outbox_full`,
 * `message_too_large`, `not_sent` (it never left), `unanswered` (it may be in the log), `closed`, `closed_4401` and the like,
 * `broken` (no connection, which can be made again), `http_502` and the like, `no_credential` and `credential_ended`.
 */
export declare class TocsinError extends Error {
  constructor(code: string, message: string, retryable?: boolean, details?: { [name: string]: unknown });
  readonly code: string;
  readonly details: { readonly [name: string]: unknown };
  readonly faults: readonly Fault[];
  /** Whether the same may succeed later. */
  readonly retryable: boolean;
}

/** `waiting`: the next attempt is made at `retryAt`. `closed`: by `close()`, or for good, and `reason` says why. */
export type State = "connecting" | "open" | "waiting" | "closed";
export type Transport = "websocket" | "sse" | "shared";

export interface StateEvent {
  readonly type: "state";
  readonly state: State;
  readonly reason: string;
  readonly retryAt: number | undefined;
  readonly transport: Transport | undefined;
}

/** Events between two sequences are missing, or where there are none, nobody knows what is. */
export interface GapEvent {
  readonly type: "gap";
  readonly reason: "deleted" | "missed" | "truncated" | "epoch_changed" | "ahead";
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** The subscription that misses them; all that are not lagging, when there is none. */
  readonly subscription: Subscription<unknown> | undefined;
}

/** What should be known and stops nothing. It goes to the console, unless `preventDefault` is called. */
export interface WarningEvent {
  readonly type: "warning";
  readonly code: string;
  readonly message: string;
  preventDefault(): void;
}

interface HubEvents {
  state: StateEvent;
  gap: GapEvent;
  warning: WarningEvent;
}

export interface Hub<Events = AnyEvents> {
  readonly state: State;
  /** Why it is waiting or closed. */
  readonly reason: string;
  /** When the next attempt is made, in milliseconds since 1970. */
  readonly retryAt: number | undefined;
  readonly transport: Transport | undefined;
  /** Everything up to here has come: `epoch:sequence`. */
  readonly position: string | undefined;

  /** Hands each event to a function, the next one when that is done. What it returns ends that. */
  on<const Pattern extends string>(
    patterns: Pattern | readonly Pattern[],
    handler: (event: EventOf<Events, Pattern>) => unknown,
    options?: SubscribeOptions<Where<PayloadOf<Events, Matching<Events, Pattern>>>>,
  ): () => void;

  subscribe<const Pattern extends string>(
    patterns: Pattern | readonly Pattern[],
    options?: SubscribeOptions<Where<PayloadOf<Events, Matching<Events, Pattern>>>>,
  ): Subscription<EventOf<Events, Pattern>>;

  /** The sequence of the event, once it is safe in the log; else a TocsinError with every fault. */
  publish<Type extends TypeOf<Events>>(type: Type, payload: PayloadOf<Events, Type>, options?: PublishOptions): Promise<number>;

  close(): void;

  addEventListener<Type extends keyof HubEvents>(type: Type, listener: (event: HubEvents[Type]) => void, options?: { once?: boolean; signal?: AbortSignal }): void;
  removeEventListener<Type extends keyof HubEvents>(type: Type, listener: (event: HubEvents[Type]) => void): void;
}

/** Connects to a hub, and comes back by itself until it is closed. */
export declare function connect<Events = AnyEvents>(url: string | URL, options?: Options): Hub<Events>;
