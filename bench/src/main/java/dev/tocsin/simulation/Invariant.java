package dev.tocsin.simulation;

/// What has to hold, whatever happens.
enum Invariant {
  /// Each socket gets its events in the order of the log, and under a sequence the same event on all gateways.
  ORDER,
  /// No socket misses an event that it wants, but what the log has lost; and of that it is told.
  NONE_MISSED,
  /// No socket gets an event twice, and none that it does not want.
  NONE_DOUBLE,
  /// `previous` is the event before it that the socket wanted, or a position that it was told after that.
  PREVIOUS,
  /// Pages and the room for them stay within their bounds.
  MEMORY,
  /// What was acknowledged is in the log, once, under its sequence.
  ACKNOWLEDGED,
  /// Every socket is live in the end.
  ALL_LIVE
}
