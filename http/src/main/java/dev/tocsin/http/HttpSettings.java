package dev.tocsin.http;

/// Where and how a server listens.
///
/// @param host the address to listen on
/// @param port the port to listen on; 0 picks a free one
/// @param browserRules who may use the server from a web page
/// @param transport how to talk to the sockets
/// @param loops how many threads serve the connections, 1 to [#MAX_LOOPS]
public record HttpSettings(
    String host, int port, BrowserRules browserRules, Transport transport, int loops) {

  /// Far more than any machine has a use for.
  public static final int MAX_LOOPS = 1_024;

  public HttpSettings {
    if (loops < 1 || loops > MAX_LOOPS) {
      throw new IllegalArgumentException("loops are between 1 and " + MAX_LOOPS);
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("there is no port " + port);
    }
  }

  /// What is usual: one for each core but one. The log's thread, the compiler and the collector need
  /// that one, and would take it from a loop otherwise.
  public static int defaultLoops() {
    return Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, MAX_LOOPS);
  }
}
