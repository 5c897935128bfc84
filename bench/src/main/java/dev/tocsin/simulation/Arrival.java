package dev.tocsin.simulation;

/// Some sockets that come to a gateway at about the same moment, want the same, and stand at the same place.
final class Arrival {

  final Wish wish;
  final int sockets;
  final long position;
  final String epoch;
  final int attempt;

  /// When it was at the gateway's door.
  final long since;

  /// How many of them have no connection yet.
  int left;

  /// @param position the last that they were told
  /// @param epoch in which that counts
  /// @param attempt how often they have tried before
  Arrival(Wish wish, int sockets, long position, String epoch, int attempt, long since) {
    this.wish = wish;
    this.sockets = sockets;
    this.position = position;
    this.epoch = epoch;
    this.attempt = attempt;
    this.since = since;
    this.left = sockets;
  }
}
