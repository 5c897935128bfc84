package dev.tocsin.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Where and how a server listens.
///
/// @param host the address to listen on
/// @param port the port to listen on; 0 picks a free one
/// @param browserRules who may use the server from a web page
/// @param transport how to talk to the sockets
/// @param loops how many threads serve the connections, 1 to [#MAX_LOOPS]
/// @param addresses what holds for the addresses that connections come from
/// @param tls what connections are encrypted with; `null` when they are not
public record HttpSettings(
    String host,
    int port,
    BrowserRules browserRules,
    Transport transport,
    int loops,
    AddressRules addresses,
    @Nullable TlsFiles tls) {

  /// Far more than any machine has a use for.
  public static final int MAX_LOOPS = 1_024;

  private static final String BROADCAST = "255.255.255.255";

  public HttpSettings {
    if (loops < 1 || loops > MAX_LOOPS) {
      throw new IllegalArgumentException("loops are between 1 and " + MAX_LOOPS);
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("there is no port " + port);
    }
    requireListenable(host);
  }

  /// Settings for connections from anywhere, without TLS.
  public HttpSettings(
      String host, int port, BrowserRules browserRules, Transport transport, int loops) {
    this(host, port, browserRules, transport, loops, AddressRules.NONE, null);
  }

  /// Refuses addresses at which nobody can be reached.
  private static void requireListenable(String host) {
    InetAddress address;
    try {
      address = IpLiteral.of(host);
    } catch (IllegalArgumentException e) {
      if (host.isBlank()) {
        throw new IllegalArgumentException(
            "a host to listen on is an address such as 127.0.0.1", e);
      }
      return; // a name
    }
    if (address.isMulticastAddress() || host.equals(BROADCAST)) {
      throw new IllegalArgumentException(
          "the host "
              + host
              + " is an address of many machines, at which none can be connected to; listen on one"
              + " of this machine's own");
    }
    if (address instanceof Inet6Address ip && ip.isLinkLocalAddress() && !host.contains("%")) {
      throw new IllegalArgumentException(
          "the host "
              + host
              + " is a link-local address, which each network card can have: name the card as well,"
              + " such as "
              + host
              + "%eth0");
    }
  }

  /// Host and port as they stand in a URL.
  String authority() {
    return (host.contains(":") ? '[' + host + ']' : host) + ':' + port;
  }

  /// What is usual: one for each core but one. The log's thread, the compiler and the collector need
  /// that one, and would take it from a loop otherwise.
  public static int defaultLoops() {
    return Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, MAX_LOOPS);
  }
}
