package dev.tocsin.gateway;

import dev.tocsin.http.HttpLimits;
import dev.tocsin.websocket.FrameLimits;
import java.time.Duration;

/// Every bound of the hub on the network, in one place; those of HTTP are in [HttpLimits]. `docs/limits.md` says what happens
/// when one is hit.
final class Limits {

  /// The largest message, event or NDJSON line, in bytes.
  static final int MAX_MESSAGE_BYTES = HttpLimits.MAX_BODY_BYTES;

  /// The largest body of a request to a hook, in bytes: an Alertmanager tells of a whole group of alerts at once.
  static final int MAX_HOOK_BODY_BYTES = 1024 * 1024;

  /// Frames of which one message may consist.
  static final int MAX_MESSAGE_FRAGMENTS = 4_096;

  /// Both, as what a WebSocket may send.
  static final FrameLimits FRAMES = new FrameLimits(MAX_MESSAGE_BYTES, MAX_MESSAGE_FRAGMENTS);

  /// Unread output beyond which a WebSocket leaves the live path and reads the log at its own pace, in
  /// bytes.
  static final int MAX_LIVE_OUTPUT_BYTES = 256 * 1024;

  /// What the batches of all audiences that a turn of a shard makes may hold together, in bytes; less where there are
  /// many loops, see [LiveMemory].
  static final int MAX_TURN_BYTES = 16 * 1024 * 1024;

  /// How much of the memory outside the heap live events may hold that sockets have not taken: three parts of eight.
  static final int LIVE_MEMORY_PART = 3;

  static final int LIVE_MEMORY_PARTS = 8;

  /// Of how many parts of the heap one is for the patterns of all connections.
  static final int PATTERN_PARTS = 8;

  /// The largest and the smallest page of the log that is on its way to a lagging connection, in bytes of
  /// JSON; the more are lagging, the smaller, so that there is room for each.
  static final int MAX_PAGE_BYTES = 256 * 1024;

  static final int MIN_PAGE_BYTES = 4 * 1024;

  /// The largest page for a connection that has it compressed, which takes the loop longer.
  static final int MAX_DEFLATED_PAGE_BYTES = 64 * 1024;

  /// The pages of all lagging connections together, see [ReplayRoom].
  static final int REPLAY_BYTES = 64 * 1024 * 1024;

  /// How long a lagging connection may take nothing of its page while others wait for room.
  static final long REPLAY_STALL_MILLIS = 10_000;

  /// How long a resumption waits for a position that another server has told and that has not come here.
  static final Duration REACH_TIME = Duration.ofSeconds(10);

  /// The events of a history answer, in bytes of JSON: the more answers are under way, the less of
  /// [#HISTORY_BYTES] is for each.
  static final int MAX_HISTORY_BYTES = 4 * 1024 * 1024;

  static final int MIN_HISTORY_BYTES = 16 * 1024;
  static final int HISTORY_BYTES = 32 * 1024 * 1024;

  /// The newest events of types and keys that one answer holds, and keys that the index is asked for at a time.
  static final int MAX_LATEST_EVENTS = 10_000;

  /// The newest events with which a subscription begins.
  static final int MAX_INITIAL_LAST = 1_000;

  /// How long is looked for the events with which a subscription begins: meanwhile the connection gets nothing.
  static final long INITIAL_MILLIS = 5_000;

  /// Answers under way beyond which the index is asked for fewer keys at a time.
  static final int CROWD = 256;

  /// Keys that the index is asked for then.
  static final int CROWDED_KEYS = 1_000;

  /// How long an answer waits for the index of the latest after a start.
  static final long LATEST_WAIT_MILLIS = 5_000;

  /// What a look into the log, for a page or a time, counts as of its asker's time of the event loop
  /// ([dev.tocsin.http.Allowance]).
  static final long LOOK_NANOS = 1_000_000;

  /// The same of a page for one who resumes: those are read for many at once.
  static final long REPLAY_LOOK_NANOS = 50_000;

  /// What a publish that is refused counts as, and each byte of it. One that is accepted counts as nothing.
  private static final long REFUSED_NANOS = 20_000;

  private static final long REFUSED_BYTE_NANOS = 5;

  /// Actions of one WebSocket that may wait for earlier ones before the server stops reading.
  static final int MAX_PENDING_ACTIONS = 256;

  /// Their messages, in bytes; the last may go beyond.
  static final int MAX_PENDING_BYTES = 256 * 1024;

  /// Events that the WebSockets of an event loop, or the lines of an NDJSON request, hand to the hub as
  /// one append, in bytes; the last may go beyond, and of the lines as much as one read brings.
  static final int MAX_PUBLISHES_BYTES = 128 * 1024;

  /// What a line of an NDJSON request counts besides its own bytes, for the objects that wait with it.
  static final int LINE_BYTES = 64;

  /// What the filters of a connection come to at the most, each value counted for each event type that it narrows: a
  /// change costs the loop as much.
  static final int MAX_COMPARISONS = 32_768;

  /// How long a WebSocket may take to say who it is.
  static final long AUTHENTICATION_MILLIS = 10_000;

  /// How long before its end a client is told that its credential expires; half of its life where that is shorter.
  static final Duration EXPIRY_NOTICE = Duration.ofMinutes(1);

  /// Grants of different principals whose meaning an event loop remembers.
  static final int REMEMBERED_GRANTS = 1_024;

  /// Patterns a connection may hold.
  static final int MAX_PATTERNS = 256;

  /// Refused lines that the answer to an NDJSON request names.
  static final int MAX_REPORTED_LINES = 1_000;

  /// What the details of those lines may weigh together, in characters; beyond it a line is still
  /// named, without its details.
  static final int MAX_REPORTED_CHARACTERS = 1024 * 1024;

  /// Between two heartbeats.
  static final long HEARTBEAT_MILLIS = 25_000;

  /// Between two signs of life on a stream.
  static final long PULSE_MILLIS = 15_000;

  /// From the last sign of life of a WebSocket to its close; of a stream, from the last byte that the client's side has
  /// acknowledged while something is on its way.
  static final long SILENCE_MILLIS = 60_000;

  /// The spread of the times at which clients are asked to come back after a stop.
  static final int RECONNECT_SPREAD_MILLIS = 5_000;

  /// Connections on one page of `GET /api/v1/connections`.
  static final int MAX_ROSTER_ENTRIES = 1_000;

  /// What is described of them, in bytes; the last may go beyond.
  static final int MAX_ROSTER_BYTES = 1024 * 1024;

  /// How many gaps the header of a batch of CloudEvents names.
  static final int MAX_GAPS_IN_HEADER = 100;

  private Limits() {}

  /// What a publish of so many bytes that is refused counts as of its sender's time of the event loop.
  static long refusedNanos(int bytes) {
    return REFUSED_NANOS + bytes * REFUSED_BYTE_NANOS;
  }
}
