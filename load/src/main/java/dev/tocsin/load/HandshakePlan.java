package dev.tocsin.load;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Which handshakes of TLS are to be measured.
///
/// @param server what is asked for on each connection: `https://host:port/path`
/// @param atOnce how many connections are opened at a time
/// @param resuming whether they resume the sessions of those before; else each shows that it knows none
/// @param warmUp how long nothing is measured at first
/// @param duration how long it is measured then
/// @param entrance whom they trust
public record HandshakePlan(
    URI server,
    int atOnce,
    boolean resuming,
    Duration warmUp,
    Duration duration,
    Entrance entrance) {

  /// Checks.
  ///
  /// @throws IllegalArgumentException with a sentence for the user
  public HandshakePlan {
    check(
        entrance.isSecure() && "https".equals(server.getScheme()) && server.getHost() != null,
        "only https:// has handshakes of TLS, not " + server);
    check(atOnce >= 1 && atOnce <= 10_000, "between 1 and 10,000 at once");
    check(!duration.isNegative() && !duration.isZero(), "the duration is above 0");
    check(!warmUp.isNegative(), "the warm-up is not negative");
  }

  private static void check(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /// What is said on each connection; the server ends it.
  byte[] request() {
    String path = server.getRawPath();
    return ("GET "
            + (path == null || path.isEmpty() ? "/" : path)
            + " HTTP/1.1\r\nHost: "
            + server.getHost()
            + ':'
            + port()
            + "\r\nConnection: close\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /// The port of the server.
  int port() {
    return server.getPort() >= 0 ? server.getPort() : 443;
  }

  /// The server's host as a socket wants it, without the brackets of an IPv6 literal.
  String host() {
    String host = server.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
