package dev.tocsin.simulation;

/// How large what is simulated is.
///
/// @param gateways how many, from 1
/// @param socketsPerGateway how many WebSockets each has at the beginning
/// @param loops event loops of each gateway, each with a processor of its own
/// @param sites what the sockets watch over: each socket wants the events of one site, but for one in twenty, which wants all
///     alerts
/// @param eventsPerSecond how many are published, over all gateways
/// @param eventBytes of how many bytes of JSON an event is, about
/// @param seed two runs of the same seed are the same
record Scale(
    int gateways,
    int socketsPerGateway,
    int loops,
    int sites,
    int eventsPerSecond,
    int eventBytes,
    long seed) {

  Scale {
    requireAtLeast("gateways", gateways, 1);
    requireAtLeast("loops", loops, 1);
    requireAtLeast("sites", sites, 1);
    requireAtLeast("sockets", socketsPerGateway, (long) loops * (sites + 1));
    requireAtLeast("rate", eventsPerSecond, 1);
    requireAtLeast("bytes", eventBytes, 300);
  }

  private static void requireAtLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " has to be " + least + " at least: " + value);
    }
  }

  /// All sockets together.
  long sockets() {
    return (long) gateways * socketsPerGateway;
  }
}
