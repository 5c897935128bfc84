package dev.tocsin.app;

import dev.tocsin.gateway.AccessSettings;
import dev.tocsin.gateway.DeflateSettings;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.gateway.Hooks;
import dev.tocsin.http.HttpSettings;
import dev.tocsin.http.IpLiteral;
import dev.tocsin.http.TlsFiles;
import dev.tocsin.http.Transport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that say where a server listens, and how it talks to its clients.
final class NetworkOptions {

  /// Every address of IPv4.
  static final String ANY_IPV4 = "0.0.0.0";

  /// The greatest port.
  static final int MAX_PORT = 65_535;

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

  @Option(
      names = "--stall-timeout",
      paramLabel = "TIME",
      description =
          "After how long a client is closed that takes not one byte of what waits for it"
              + " (default: 10m).")
  private TimeSpan stallTimeout = new TimeSpan(GatewaySettings.DEFAULT_STALL_TIMEOUT);

  @Option(
      names = "--no-console",
      description = "Serve no console at /console/, and lead no browser there.")
  private boolean noConsole;

  @Option(
      names = "--source",
      paramLabel = "URI",
      description =
          "What events say where they come from when they are read as CloudEvents (default:"
              + " /tocsin/EPOCH).")
  private @Nullable String source;

  @Mixin private final DeflateOptions deflate = new DeflateOptions();

  /// What the options come down to.
  ///
  /// @param tls what connections are encrypted with; `null` when they are not
  GatewaySettings settings(@Nullable TlsFiles tls) throws WrongUse {
    requirePort(port);
    if (loops < 1 || loops > HttpSettings.MAX_LOOPS) {
      throw new WrongUse(
          "--loops is a number from 1 to " + HttpSettings.MAX_LOOPS + "; was " + loops);
    }
    return gateway(deflate.settings(), tls);
  }

  private GatewaySettings gateway(DeflateSettings compression, @Nullable TlsFiles tls)
      throws WrongUse {
    try {
      return new GatewaySettings(
          address(),
          port,
          browsers.allowedOrigins(),
          browsers.allowedHosts(),
          transport,
          loops,
          stallTimeout.duration(),
          compression,
          AccessSettings.OPEN,
          tls,
          !noConsole,
          source,
          Hooks.NONE);
    } catch (IllegalArgumentException e) {
      throw new WrongUse(String.valueOf(e.getMessage()));
    }
  }

  static void requirePort(int port) throws WrongUse {
    if (port < 0 || port > MAX_PORT) {
      throw new WrongUse("--port is a number from 0 to " + MAX_PORT + "; was " + port);
    }
  }

  /// The host without the brackets in which an IPv6 address stands in a URL.
  private String address() {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /// Whether others than this machine may reach the server.
  boolean isReachable() {
    return !IpLiteral.isLoopback(address());
  }

  /// What others reach, for a person.
  ///
  /// @param url where the server listens
  String reach(String url) {
    return switch (address()) {
      case ANY_IPV4 -> "any IPv4 address of this machine";
      case "::" -> "any address of this machine, IPv4 or IPv6,";
      default -> url;
    };
  }
}
