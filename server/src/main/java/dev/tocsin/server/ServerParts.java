package dev.tocsin.server;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.sqlite.LogOpenException;
import dev.tocsin.sqlite.SqliteEventLog;
import dev.tocsin.sqlite.SqliteSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;

/// What a server is made of. The log is open, and belongs to the server that is started with it.
///
/// @param recentBytes how many bytes of the newest events stay in memory for those who are live
/// @param clock tells the timestamps of events that come without one
public record ServerParts(
    EventCatalog catalog,
    EventLog log,
    long recentBytes,
    GatewaySettings settings,
    InstantSource clock) {

  /// How many bytes of the newest events stay in memory at most: an eighth of the heap where that is less than 64 MiB.
  public static final long MAX_RECENT_BYTES =
      Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);

  /// Those of a server with a log of the caller's.
  public static ServerParts of(
      EventCatalog catalog, EventLog log, GatewaySettings settings, InstantSource clock) {
    return new ServerParts(catalog, log, MAX_RECENT_BYTES, settings, clock);
  }

  /// Those of a server whose log is in memory.
  ///
  /// @param retainBytes what the log keeps
  /// @param retain for how long
  /// @param idempotencyWindow how long the keys of idempotent publishes are remembered
  public static ServerParts inMemory(
      EventCatalog catalog,
      long retainBytes,
      Duration retain,
      Duration idempotencyWindow,
      GatewaySettings settings,
      InstantSource clock) {
    return new ServerParts(
        catalog,
        new InMemoryEventLog(
            UUID.randomUUID().toString(), retainBytes, retain, idempotencyWindow, clock),
        Math.min(retainBytes, MAX_RECENT_BYTES),
        settings,
        clock);
  }

  /// Those of a server whose log is on disk, which is opened.
  public static ServerParts onDisk(
      EventCatalog catalog, SqliteSettings disk, GatewaySettings settings, InstantSource clock)
      throws LogOpenException {
    return of(catalog, SqliteEventLog.open(disk, clock), settings, clock);
  }
}
