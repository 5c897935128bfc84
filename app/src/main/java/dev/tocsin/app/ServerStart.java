package dev.tocsin.app;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.http.StartFailedException;
import dev.tocsin.jetstream.JetStreamEventLog;
import dev.tocsin.jetstream.JetStreamOpenException;
import dev.tocsin.jetstream.JetStreamSettings;
import dev.tocsin.server.ServerParts;
import dev.tocsin.server.TocsinServer;
import dev.tocsin.sqlite.LogOpenException;
import dev.tocsin.sqlite.SqliteSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// Starts the server of a command, with the log that was asked for. What goes wrong is a sentence.
final class ServerStart {

  private ServerStart() {}

  /// Starts a server whose log is in memory.
  ///
  /// @param size what the log keeps
  /// @param retain for how long
  /// @param idempotencyWindow how long the keys of idempotent publishes are remembered
  static TocsinServer inMemory(
      EventCatalog catalog,
      ByteSize size,
      Duration retain,
      Duration idempotencyWindow,
      GatewaySettings settings,
      InstantSource clock)
      throws Failure {
    return start(
        ServerParts.inMemory(catalog, size.bytes(), retain, idempotencyWindow, settings, clock));
  }

  /// Starts a server whose log is on disk.
  static TocsinServer onDisk(
      EventCatalog catalog, SqliteSettings disk, GatewaySettings settings, InstantSource clock)
      throws Failure {
    try {
      return start(ServerParts.onDisk(catalog, disk, settings, clock));
    } catch (LogOpenException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  /// Starts a server whose log is a stream that it shares with others.
  ///
  /// @param folder this server's own, for its notes of the stream; may be lost
  static TocsinServer onJetStream(
      EventCatalog catalog,
      JetStreamSettings stream,
      Path folder,
      GatewaySettings settings,
      InstantSource clock)
      throws Failure {
    try {
      JetStreamEventLog log = JetStreamEventLog.open(stream, folder, clock);
      return start(ServerParts.of(catalog, log, settings, clock));
    } catch (JetStreamOpenException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  private static TocsinServer start(ServerParts parts) throws Failure {
    try {
      return TocsinServer.start(parts);
    } catch (StartFailedException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }
}
