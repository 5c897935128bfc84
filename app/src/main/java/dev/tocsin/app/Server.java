package dev.tocsin.app;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.gateway.Gateway;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.http.StartFailedException;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.NoteFile;
import dev.tocsin.jetstream.JetStreamEventLog;
import dev.tocsin.jetstream.JetStreamOpenException;
import dev.tocsin.jetstream.JetStreamSettings;
import dev.tocsin.sqlite.LogOpenException;
import dev.tocsin.sqlite.SqliteEventLog;
import dev.tocsin.sqlite.SqliteSettings;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;

/// A whole server, put together: catalog, log, hub and gateway. Running from [#inMemory], [#onDisk] or
/// [#onJetStream] to [#stop].
final class Server {

  /// How many bytes of the newest events the shards are given from memory at most: an eighth of the heap
  /// where that is less than 64 MiB.
  private static final long MAX_RECENT_BYTES =
      Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);

  private final EventLog log;
  private final Hub hub;
  private final Gateway gateway;
  private final String scheme;

  private Server(EventLog log, Hub hub, Gateway gateway, String scheme) {
    this.log = log;
    this.hub = hub;
    this.gateway = gateway;
    this.scheme = scheme;
  }

  /// Starts a server whose log is in memory.
  ///
  /// @param retain what the log keeps
  /// @param idempotencyWindow how long the keys of idempotent publishes are remembered
  static Server inMemory(
      EventCatalog catalog,
      ByteSize retain,
      Duration idempotencyWindow,
      GatewaySettings settings,
      InstantSource clock)
      throws Failure {
    String epoch = UUID.randomUUID().toString();
    return start(
        catalog,
        new InMemoryEventLog(epoch, retain.bytes(), idempotencyWindow, clock),
        Math.min(retain.bytes(), MAX_RECENT_BYTES),
        settings,
        clock);
  }

  /// Starts a server whose log is on disk.
  static Server onDisk(
      EventCatalog catalog, SqliteSettings disk, GatewaySettings settings, InstantSource clock)
      throws Failure {
    try {
      SqliteEventLog log = SqliteEventLog.open(disk, clock);
      return start(catalog, log, MAX_RECENT_BYTES, settings, clock);
    } catch (LogOpenException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  /// Starts a server whose log is a stream that it shares with others.
  ///
  /// @param folder this server's own, for what it would otherwise read the stream for; may be lost
  static Server onJetStream(
      EventCatalog catalog,
      JetStreamSettings stream,
      Path folder,
      GatewaySettings settings,
      InstantSource clock)
      throws Failure {
    try {
      NoteFile note = new NoteFile(folder.resolve("latest-" + stream.prefix()));
      JetStreamEventLog log = JetStreamEventLog.open(stream, note, clock);
      return start(catalog, log, MAX_RECENT_BYTES, settings, clock);
    } catch (JetStreamOpenException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  private static Server start(
      EventCatalog catalog,
      EventLog log,
      long recentBytes,
      GatewaySettings settings,
      InstantSource clock)
      throws Failure {
    Server server = null;
    try {
      Hub hub = new Hub(catalog, log, clock, recentBytes);
      String scheme = settings.tls() == null ? "http" : "https";
      server = new Server(log, hub, Gateway.start(hub, settings, clock), scheme);
      return server;
    } catch (StartFailedException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    } finally {
      if (server == null) {
        log.close();
      }
    }
  }

  /// The way in for events that this process makes itself.
  Hub hub() {
    return hub;
  }

  Gateway gateway() {
    return gateway;
  }

  /// Where it listens, for instance `http://127.0.0.1:8080`.
  String url() {
    return url(scheme, gateway.address());
  }

  static String url(String scheme, InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String host = ip.getHostAddress();
    if (ip instanceof Inet6Address) {
      String literal =
          ip.isLoopbackAddress()
              ? "::1"
              : ip.isAnyLocalAddress() ? "::" : host.replaceFirst("%.*", "");
      host = '[' + literal + ']';
    }
    return scheme + "://" + host + ':' + address.getPort();
  }

  /// Ends what can still be ended when the network cannot.
  void abandon() {
    log.close();
  }

  /// Stops in good order, see [Gateway#stop].
  void stop(Duration limit) {
    gateway.stop(limit);
    hub.close();
    log.close();
  }
}
