package dev.tocsin.gateway;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// What an operator decides about the network.
///
/// @param host the address to listen on
/// @param port the port to listen on; 0 picks a free one
/// @param allowedOrigins origins of web pages, for instance `https://console.example`, that may use
///     the hub besides its own
/// @param allowedHosts names by which the hub may be addressed besides `localhost` and IP addresses
/// @param transport how to talk to the sockets
/// @param stallTimeout how long a WebSocket may take none of the bytes that wait for it
public record GatewaySettings(
    String host,
    int port,
    Set<String> allowedOrigins,
    Set<String> allowedHosts,
    Transport transport,
    Duration stallTimeout) {

  /// What is usual: ten minutes.
  public static final Duration DEFAULT_STALL_TIMEOUT = Duration.ofMinutes(10);

  public GatewaySettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("there is no port " + port);
    }
    allowedOrigins = lowerCased(allowedOrigins);
    allowedHosts = lowerCased(allowedHosts);
  }

  /// Settings with the usual [#DEFAULT_STALL_TIMEOUT].
  public GatewaySettings(
      String host,
      int port,
      Set<String> allowedOrigins,
      Set<String> allowedHosts,
      Transport transport) {
    this(host, port, allowedOrigins, allowedHosts, transport, DEFAULT_STALL_TIMEOUT);
  }

  private static Set<String> lowerCased(Set<String> names) {
    return names.stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }
}
