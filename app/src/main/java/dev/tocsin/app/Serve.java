package dev.tocsin.app;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.http.HttpSettings;
import dev.tocsin.http.Transport;
import dev.tocsin.sqlite.Durability;
import dev.tocsin.sqlite.SqliteSettings;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Runs a server until a signal comes.
@Command(
    name = "serve",
    description = {
      "Runs a server until Ctrl-C or SIGTERM.",
      "",
      "Every event is in the log in --data before it is acknowledged, and stays there for"
          + " --retain.",
      "The first line on stdout is 'listening on http://HOST:PORT', once it does."
    },
    sortOptions = false)
final class Serve implements Callable<Integer> {

  /// Every address of IPv4.
  static final String ANY_IPV4 = "0.0.0.0";

  /// The greatest port.
  static final int MAX_PORT = 65_535;

  private static final Duration STOP_LIMIT = Duration.ofSeconds(9);
  private static final Duration HEALTH_CHECK = Duration.ofSeconds(1);
  private static final ByteSize MEMORY_SIZE =
      new ByteSize(Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 2));
  private static final ByteSize DISK_SIZE = new ByteSize(2L << 30);

  private final Surroundings surroundings;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "The address to listen on (default: 127.0.0.1).")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port to listen on; 0 picks a free one (default: 8080).")
  private int port = 8080;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the log is kept (default: ./data).")
  private @Nullable Path data;

  @Option(
      names = "--memory",
      description = "Keep the log in memory instead: it is gone when the server stops.")
  private boolean memory;

  @Option(
      names = "--durability",
      paramLabel = "MODE",
      description =
          "What an acknowledged event survives: process (the death of the server) or power (the"
              + " loss of power as well, at the price of a disk flush for each group of events)"
              + " (default: process).")
  private Durability durability = Durability.PROCESS;

  @Option(
      names = "--retain",
      paramLabel = "TIME",
      description = "How long events are kept, for instance 12h or 30d (default: 7d).")
  private TimeSpan retain = new TimeSpan(Duration.ofDays(7));

  @Option(
      names = "--retain-bytes",
      paramLabel = "SIZE",
      description =
          "How large the log may grow, for instance 64m or 2g; beyond it the oldest events go"
              + " (default: 2g, with --memory 256m).")
  private @Nullable ByteSize retainBytes;

  @Option(
      names = "--idempotency-window",
      paramLabel = "TIME",
      description = "How long the keys of idempotent publishes are remembered (default: 10m).")
  private TimeSpan idempotencyWindow = new TimeSpan(Duration.ofMinutes(10));

  @Option(
      names = "--stall-timeout",
      paramLabel = "TIME",
      description =
          "After how long a client is closed that takes not one byte of what waits for it"
              + " (default: 10m).")
  private TimeSpan stallTimeout = new TimeSpan(GatewaySettings.DEFAULT_STALL_TIMEOUT);

  @Option(
      names = "--deflate-threshold",
      paramLabel = "BYTES",
      description =
          "The shortest WebSocket message that is compressed for the clients that want it"
              + " (default: 256).")
  private int deflateThreshold = GatewaySettings.DEFAULT_DEFLATE_THRESHOLD_BYTES;

  @Option(
      names = "--no-deflate",
      description = "Compress nothing, and take nothing that is compressed.")
  private boolean noDeflate;

  @Mixin private final CatalogOption catalogOption = new CatalogOption();

  @Option(
      names = "--insecure",
      description =
          "Allow a --host beyond loopback although there is no authentication: whoever reaches the"
              + " port can read and publish everything.")
  private boolean insecure;

  @Mixin private final BrowserOptions browsers = new BrowserOptions();

  @Option(
      names = "--transport",
      paramLabel = "KIND",
      description = "How to talk to the sockets: auto, epoll, io_uring or nio (default: auto).")
  private Transport transport = Transport.AUTO;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description =
          "How many threads serve the connections (default: the number of cores less one, at least"
              + " 1).")
  private int loops = HttpSettings.defaultLoops();

  Serve(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    if (memory && data != null) {
      throw new WrongUse("--memory keeps no log on disk: leave out --data " + data);
    }
    GatewaySettings settings = settings();
    EventCatalog catalog = catalogOption.load();
    surroundings.interruption().listen();
    Server server = memory ? inMemory(catalog, settings) : onDisk(catalog, settings);
    try {
      surroundings.out().println("listening on " + server.url());
      surroundings.out().requireWritten();
      describe(server, catalog);
      collectNow();
      while (!surroundings.interruption().await(HEALTH_CHECK)) {
        if (!server.gateway().isAlive()) {
          surroundings.say(
              "tocsin: a thread that serves connections has ended and cannot be had back; the log"
                  + " is safe: start the server again");
          server.abandon();
          return Main.BROKEN_DOWN;
        }
      }
      surroundings.say("stopping");
    } finally {
      server.stop(STOP_LIMIT);
    }
    return 0;
  }

  /// Has the first garbage collection while hardly anybody waits for the server. It is the longest: all that the
  /// start leaves is moved, and the collector's code and data are touched for the first time.
  @SuppressWarnings("CallToSystemGC") // ADR 15
  private static void collectNow() {
    System.gc();
  }

  private Server inMemory(EventCatalog catalog, GatewaySettings settings) throws Failure {
    ByteSize size = retainBytes == null ? MEMORY_SIZE : retainBytes;
    if (size.bytes() > Runtime.getRuntime().maxMemory() / 2) {
      surroundings.say(
          "note: --retain-bytes is more than half of the memory that Java may use; if it runs out,"
              + " raise -Xmx in TOCSIN_JAVA_OPTS");
    }
    return Server.inMemory(
        catalog, size, idempotencyWindow.duration(), settings, surroundings.clock());
  }

  private Server onDisk(EventCatalog catalog, GatewaySettings settings) throws Failure, WrongUse {
    SqliteSettings disk;
    try {
      disk =
          new SqliteSettings(
              directory(),
              durability,
              retain.duration(),
              (retainBytes == null ? DISK_SIZE : retainBytes).bytes(),
              idempotencyWindow.duration());
    } catch (IllegalArgumentException e) {
      throw new WrongUse(String.valueOf(e.getMessage()));
    }
    return Server.onDisk(catalog, disk, settings, surroundings.clock());
  }

  private void describe(Server server, EventCatalog catalog) {
    surroundings.say(
        String.format(
            Locale.ROOT,
            "tocsin %s: at most %,d connections, %s, %d event types, log %s",
            Tocsin.Version.number(),
            server.gateway().maxConnections(),
            server.gateway().transport(),
            catalog.allEventTypes().size(),
            memory
                ? "in memory (gone when the server stops)"
                : "in "
                    + directory()
                    + " (durability "
                    + durability
                    + ", kept for "
                    + retain
                    + ")"));
    if (!isLoopback(address())) {
      surroundings.say(
          "warning: there is no authentication: whoever reaches "
              + reach(server)
              + " can read and publish everything");
    }
  }

  private String reach(Server server) {
    return switch (address()) {
      case ANY_IPV4 -> "any IPv4 address of this machine";
      case "::" -> "any address of this machine, IPv4 or IPv6,";
      default -> server.url();
    };
  }

  private GatewaySettings settings() throws WrongUse {
    String address = address();
    if (port < 0 || port > MAX_PORT) {
      throw new WrongUse("--port is a number from 0 to " + MAX_PORT + "; was " + port);
    }
    if (loops < 1 || loops > HttpSettings.MAX_LOOPS) {
      throw new WrongUse(
          "--loops is a number from 1 to " + HttpSettings.MAX_LOOPS + "; was " + loops);
    }
    if (deflateThreshold < 0) {
      throw new WrongUse("--deflate-threshold is not negative; was " + deflateThreshold);
    }
    if (!insecure && !isLoopback(address)) {
      throw new WrongUse(
          "--host "
              + host
              + " is beyond this machine, and there is no authentication yet: whoever reaches the"
              + " port could read and publish everything. Add --insecure if that is meant");
    }
    try {
      return new GatewaySettings(
          address,
          port,
          browsers.allowedOrigins(),
          browsers.allowedHosts(),
          transport,
          loops,
          stallTimeout.duration(),
          !noDeflate,
          deflateThreshold);
    } catch (IllegalArgumentException e) {
      throw new WrongUse(String.valueOf(e.getMessage()));
    }
  }

  private Path directory() {
    return data == null ? Path.of("data") : data;
  }

  /// The host without the brackets in which an IPv6 address stands in a URL.
  private String address() {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /// Whether only this machine reaches the address: 127.0.0.0/8, ::1 and `localhost`.
  static boolean isLoopback(String address) {
    if (address.equalsIgnoreCase("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(address).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false; // a name may mean anything
    }
  }
}
