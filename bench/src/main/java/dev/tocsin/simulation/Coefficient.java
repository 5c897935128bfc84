package dev.tocsin.simulation;

import java.util.Locale;

/// What something costs or how long it takes: a figure with its source. [Coefficients] may hold others.
enum Coefficient {
  WRITE_NANOS(
      4_600,
      "CPU of writing a batch to one socket",
      Source.MEASURED,
      "docs/benchmarks.md, This version: 4.8, 0.90 and 0.35 µs a delivery with 1, 8 and 32 in"
          + " flight, as one write and n events"),
  EVENT_NANOS(
      200, "CPU of one more event in such a write", Source.MEASURED, "the same three figures"),
  PUBLISH_NANOS(
      50_000,
      "CPU of one publish",
      Source.MEASURED,
      "docs/benchmarks.md, This version: published one by one, about 50 µs"),
  RECONNECT_NANOS(
      250_000,
      "CPU of one connection: accept, TLS, upgrade",
      Source.MEASURED,
      "docs/benchmarks.md, TLS: 3,990 handshakes for each second of CPU, each with a request"),
  RESUMED_EVENT_NANOS(
      1_000,
      "CPU of one event in a page to one lagging socket",
      Source.DERIVED,
      "docs/adr/0013: 1,000 clients resume 5,000 events each in 5.8 to 6.1 s, client and server on"
          + " two cores"),
  SCANNED_NANOS(
      100,
      "CPU of one event that a lagging socket passes, whether it wants it or not",
      Source.ASSUMED,
      "a look at the type and at fields that are read already"),
  PAGE_NANOS(
      50_000,
      "CPU of fetching a page of the log, for each lagging socket",
      Source.ASSUMED,
      "what the gateway charges for it (Limits.REPLAY_LOOK_NANOS)"),
  FOLLOWED_NANOS(
      5_000,
      "CPU of one event that a gateway is sent by the log, live or in a page",
      Source.ASSUMED,
      "half of the time of an event in a reading of 104,000 events a second, client and server"
          + " together"),
  PASSED_NANOS(
      500,
      "CPU of one event that a shard passes, whether anybody wants it or not",
      Source.ASSUMED,
      "the hub alone, without sockets"),
  STORE_NANOS(
      22_900,
      "time between two events that the log stores, three replicas",
      Source.ELSEWHERE,
      "nats-server 2.15.1, three replicas on one machine of two cores: 43,700 events a second"),
  COMMIT_NANOS(
      1_000_000,
      "time between two groups that are stored",
      Source.ASSUMED,
      "of the order of an acknowledgement with three replicas, 0.39 ms, or 1.2 ms synced"),
  NETWORK_NANOS(
      500_000,
      "one way between a gateway and the log, at the least",
      Source.ASSUMED,
      "three data centres of one region"),
  LAG_NANOS(
      5_000_000,
      "what a gateway may have the log's events later than another",
      Source.ASSUMED,
      "the follower's p99 with one replica was 4.9 ms, p50 0.24"),
  READ_NANOS(
      4_000_000,
      "time of reading a page of 256 events from the log",
      Source.ELSEWHERE,
      "nats-server 2.15.1: batched direct get"),
  STALE_NANOS(
      200_000_000,
      "how old what a replica that is behind answers may be",
      Source.ASSUMED,
      "a replica that is busy"),
  STALE_PERCENT(10, "how many of 100 readings such a replica answers", Source.ASSUMED, "the same"),
  ROUND_TRIP_NANOS(
      50_000_000,
      "time until a socket has taken a page, beside that of its bytes",
      Source.ASSUMED,
      "clients on the internet"),
  SOCKET_BYTES_PER_SECOND(
      1_250_000, "what one socket takes", Source.ASSUMED, "10 Mbit/s for each client"),
  CONNECTION_BYTES(
      8_300,
      "memory of an idle WebSocket with TLS, resident",
      Source.MEASURED,
      "docs/benchmarks.md, TLS: 8.1 KiB"),
  PATIENCE_NANOS(
      10_000_000_000L,
      "how long a client waits for its connection before it tries again",
      Source.DERIVED,
      "CONNECT_TIMEOUT of the Java client");

  /// Where a figure comes from.
  enum Source {
    /// Measured of this version of the program.
    MEASURED,
    /// A bound, worked out from something that was measured, or a constant of the program.
    DERIVED,
    /// Measured of nats-server, not of this program.
    ELSEWHERE,
    /// Not measured.
    ASSUMED
  }

  private final long value;
  private final String meaning;
  private final Source source;
  private final String where;

  Coefficient(long value, String meaning, Source source, String where) {
    this.value = value;
    this.meaning = meaning;
    this.source = source;
    this.where = where;
  }

  long value() {
    return value;
  }

  String meaning() {
    return meaning;
  }

  Source source() {
    return source;
  }

  String where() {
    return where;
  }

  /// Its name on the command line.
  String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
