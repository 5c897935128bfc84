package dev.tocsin.gateway;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/// What an operator decides about the network.
///
/// @param host the address to listen on
/// @param port the port to listen on; 0 picks a free one
/// @param allowedOrigins origins of web pages, for instance `https://console.example`, that may use
///     the hub besides its own; kept as browsers write them
/// @param allowedHosts names by which the hub may be addressed besides `localhost` and IP addresses
/// @param transport how to talk to the sockets
/// @param loops how many threads serve the connections, 1 to [#MAX_LOOPS]
/// @param stallTimeout how long a WebSocket may take none of the bytes that wait for it
/// @param deflate whether WebSocket messages are compressed for those who want it
/// @param deflateThresholdBytes the shortest message that is compressed
public record GatewaySettings(
    String host,
    int port,
    Set<String> allowedOrigins,
    Set<String> allowedHosts,
    Transport transport,
    int loops,
    Duration stallTimeout,
    boolean deflate,
    int deflateThresholdBytes) {

  /// What is usual: ten minutes.
  public static final Duration DEFAULT_STALL_TIMEOUT = Duration.ofMinutes(10);

  /// What is usual: shorter messages gain too little.
  public static final int DEFAULT_DEFLATE_THRESHOLD_BYTES = 256;

  /// Far more than any machine has a use for.
  public static final int MAX_LOOPS = 1_024;

  public GatewaySettings {
    if (loops < 1 || loops > MAX_LOOPS) {
      throw new IllegalArgumentException("loops are between 1 and " + MAX_LOOPS);
    }
    if (deflateThresholdBytes < 0) {
      throw new IllegalArgumentException("a threshold must not be negative");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("there is no port " + port);
    }
    allowedOrigins =
        allowedOrigins.stream().map(BrowserNames::origin).collect(Collectors.toUnmodifiableSet());
    allowedHosts =
        allowedHosts.stream().map(BrowserNames::host).collect(Collectors.toUnmodifiableSet());
  }

  /// Settings with what is usual for the rest.
  public GatewaySettings(
      String host,
      int port,
      Set<String> allowedOrigins,
      Set<String> allowedHosts,
      Transport transport) {
    this(
        host,
        port,
        allowedOrigins,
        allowedHosts,
        transport,
        defaultLoops(),
        DEFAULT_STALL_TIMEOUT,
        true,
        DEFAULT_DEFLATE_THRESHOLD_BYTES);
  }

  /// What is usual: one for each core but one. The log's thread, the compiler and the collector need
  /// that one, and would take it from a loop otherwise.
  public static int defaultLoops() {
    return Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, MAX_LOOPS);
  }
}
