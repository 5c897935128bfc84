package dev.tocsin.server;

import dev.tocsin.access.Authority;
import dev.tocsin.access.AuthoritySettings;
import dev.tocsin.access.BrokenFileException;
import dev.tocsin.access.KeysFile;
import dev.tocsin.access.TokenThreads;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.gateway.AccessSettings;
import dev.tocsin.gateway.Audit;
import dev.tocsin.gateway.DeflateSettings;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.gateway.Hooks;
import dev.tocsin.http.AddressRules;
import dev.tocsin.http.HttpSettings;
import dev.tocsin.http.IpLiteral;
import dev.tocsin.http.StartFailedException;
import dev.tocsin.http.TlsFiles;
import dev.tocsin.http.Transport;
import dev.tocsin.http.TrustedProxies;
import dev.tocsin.hub.Authenticator;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.sqlite.LogOpenException;
import dev.tocsin.sqlite.SqliteSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Says what a [TocsinServer] is like, and starts it. For one thread, and for one server.
public final class ServerBuilder {

  /// What a log in memory keeps unless it is said otherwise, in bytes: 64 MiB, and no more than a quarter of the heap.
  public static final long DEFAULT_MEMORY_BYTES =
      Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 4);

  /// How long the keys of idempotent publishes are remembered by a log in memory.
  public static final Duration IDEMPOTENCY_WINDOW = Duration.ofMinutes(10);

  private static final LogMaker IN_MEMORY = inMemoryLog(DEFAULT_MEMORY_BYTES);

  private EventCatalog catalog = EventCatalog.builtIn();
  private InstantSource clock = InstantSource.system();
  private LogMaker log = IN_MEMORY;
  private String host = "127.0.0.1";
  private int port = 8080;
  private Set<String> allowedOrigins = Set.of();
  private Set<String> allowedHosts = Set.of();
  private Transport transport = Transport.AUTO;
  private int loops = HttpSettings.defaultLoops();
  private boolean console = true;
  private @Nullable TlsFiles tls;
  private @Nullable AuthoritySettings authority;
  private @Nullable Authenticator authenticator;
  private boolean insecure;

  ServerBuilder() {}

  /// Opens the log that was asked for.
  private interface LogMaker {
    ServerParts parts(EventCatalog catalog, GatewaySettings settings, InstantSource clock)
        throws LogOpenException;
  }

  private static LogMaker inMemoryLog(long retainBytes) {
    return (catalog, settings, clock) ->
        ServerParts.inMemory(
            catalog, retainBytes, InMemoryEventLog.FOR_EVER, IDEMPOTENCY_WINDOW, settings, clock);
  }

  /// Listens on this port; 0 picks a free one. Usually 8080.
  public ServerBuilder port(int number) {
    port = number;
    return this;
  }

  /// Listens on this address. Usually 127.0.0.1: others than this machine reach a server only where that is said here, and
  /// then it wants to know who comes in ([#keys], [#authority] or [#authenticator]), or that nobody is asked ([#insecure]).
  public ServerBuilder host(String address) {
    host = Objects.requireNonNull(address, "address");
    return this;
  }

  /// Keeps the log in memory: it is gone when the server stops. As it is when nothing is said.
  ///
  /// @param retainBytes what it keeps; beyond it the oldest events go
  /// @throws IllegalArgumentException when that is not positive
  public ServerBuilder inMemory(long retainBytes) {
    if (retainBytes < 1) {
      throw new IllegalArgumentException("a log keeps 1 byte at least; was " + retainBytes);
    }
    log = inMemoryLog(retainBytes);
    return this;
  }

  /// Keeps the log in a folder, which is made when it is not there: for a week, up to 2 GiB, safe from the death of the
  /// process.
  public ServerBuilder onDisk(Path folder) {
    return onDisk(SqliteSettings.of(Objects.requireNonNull(folder, "folder")));
  }

  /// Keeps the log on disk as these settings say.
  public ServerBuilder onDisk(SqliteSettings settings) {
    Objects.requireNonNull(settings, "settings");
    log = (types, network, time) -> ServerParts.onDisk(types, settings, network, time);
    return this;
  }

  /// Has other event types than the built-in ones, see [EventCatalog#with].
  public ServerBuilder catalog(EventCatalog types) {
    catalog = Objects.requireNonNull(types, "types");
    return this;
  }

  /// Goes by another clock: for the timestamps of events that come without one, and for what a log notes of when they came.
  public ServerBuilder clock(InstantSource time) {
    clock = Objects.requireNonNull(time, "time");
    return this;
  }

  /// Asks everybody for an API key of a file, which `tocsin key` writes, and which is followed. As long as it is not there
  /// nobody comes in.
  public ServerBuilder keys(Path file) {
    return authority(
        new AuthoritySettings(new KeysFile(Objects.requireNonNull(file, "file")), null, null));
  }

  /// Asks everybody for a key, a token or a certificate.
  public ServerBuilder authority(AuthoritySettings settings) {
    authority = Objects.requireNonNull(settings, "settings");
    authenticator = null;
    return this;
  }

  /// Asks an authenticator of the caller's who somebody is.
  public ServerBuilder authenticator(Authenticator other) {
    authenticator = Objects.requireNonNull(other, "other");
    authority = null;
    return this;
  }

  /// Asks nobody who he is, although others than this machine may reach the port.
  public ServerBuilder insecure() {
    insecure = true;
    return this;
  }

  /// Lets web pages of these origins use the hub, for instance `https://console.example`.
  public ServerBuilder allowOrigins(Set<String> origins) {
    allowedOrigins = Set.copyOf(origins);
    return this;
  }

  /// Lets the hub be addressed by these names, besides `localhost` and IP addresses.
  public ServerBuilder allowHosts(Set<String> names) {
    allowedHosts = Set.copyOf(names);
    return this;
  }

  /// Encrypts connections.
  public ServerBuilder tls(TlsFiles files) {
    tls = Objects.requireNonNull(files, "files");
    return this;
  }

  /// Talks to the sockets in this way. Usually the best that the machine has.
  public ServerBuilder transport(Transport kind) {
    transport = Objects.requireNonNull(kind, "kind");
    return this;
  }

  /// Serves the connections with so many threads. Usually one for each core but one.
  public ServerBuilder loops(int number) {
    loops = number;
    return this;
  }

  /// Has a console at `/console/` or none. Usually it has one.
  public ServerBuilder console(boolean there) {
    console = there;
    return this;
  }

  /// Starts it: what it returns listens.
  ///
  /// @throws IllegalArgumentException when a setting cannot be
  /// @throws IllegalStateException when others than this machine could reach it, and nobody was to be asked who he is
  /// @throws ServerStartException when the port is not to be had, the log cannot be opened, or the file of keys is broken
  public TocsinServer start() {
    if (host.isBlank()) {
      throw new IllegalArgumentException("a server listens on an address; the host is empty");
    }
    boolean reachable = !IpLiteral.isLoopback(host);
    boolean asks = authority != null || authenticator != null;
    if (reachable && !asks && !insecure) {
      throw new IllegalStateException(
          "at "
              + host
              + " others than this machine reach the server: say who may come in (keys, authority,"
              + " authenticator), or insecure()");
    }
    Authority judge = null;
    TocsinServer server = null;
    try {
      judge = judge();
      Runnable last = judge == null ? () -> {} : judge::close;
      GatewaySettings settings = settings(judge == null ? authenticator : judge, reachable);
      server = TocsinServer.start(log.parts(catalog, settings, clock), last);
      return server;
    } catch (StartFailedException e) {
      throw new ServerStartException(e.sentence(), e);
    } catch (LogOpenException | BrokenFileException e) {
      throw new ServerStartException(String.valueOf(e.getMessage()), e);
    } finally {
      if (server == null && judge != null) {
        judge.close();
      }
    }
  }

  private @Nullable Authority judge() throws BrokenFileException {
    if (authority == null) {
      return null;
    }
    Authority judge = new Authority(authority, TokenThreads.start(), clock);
    boolean started = false;
    try {
      judge.start();
      started = true;
      return judge;
    } finally {
      if (!started) {
        judge.close();
      }
    }
  }

  private GatewaySettings settings(@Nullable Authenticator judge, boolean reachable) {
    AccessSettings access =
        new AccessSettings(
            judge,
            insecure && judge == null,
            new AddressRules(reachable ? AddressRules.USUAL_CONNECTIONS : 0, TrustedProxies.NONE),
            null,
            Audit.NONE);
    return new GatewaySettings(
        host,
        port,
        allowedOrigins,
        allowedHosts,
        transport,
        loops,
        GatewaySettings.DEFAULT_STALL_TIMEOUT,
        DeflateSettings.USUAL,
        access,
        tls,
        console,
        null,
        Hooks.NONE);
  }
}
