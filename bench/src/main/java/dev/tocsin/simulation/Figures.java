package dev.tocsin.simulation;

/// What is counted in a run. Sockets are counted each, not their members.
final class Figures {

  long acknowledged;
  long refused;
  long uncertain;

  /// Publishes whose gateway ended before it answered.
  long orphaned;

  /// Sockets without a connection.
  long outside;

  /// Sockets that are lagging.
  long lagging;

  /// Connections that were made after a loss.
  long reconnected;

  /// Attempts that were given up, after which another followed.
  long attempts;

  /// Sockets that began at the head, because the log had begun a new epoch.
  long restarted;

  /// Sockets whose position no gateway knew in time.
  long ahead;

  /// How often a member was told of a loss.
  long gaps;

  private long slowestReplay;
  private long slowestDelivery;

  /// How long somebody who came back took from its connection until it was live.
  void noteReplay(long nanos) {
    slowestReplay = Math.max(slowestReplay, nanos);
  }

  /// How long an event took from the log to the writing of the last batch with it.
  void noteLatency(long nanos) {
    slowestDelivery = Math.max(slowestDelivery, nanos);
  }

  long slowestReplay() {
    return slowestReplay;
  }

  long slowestDelivery() {
    return slowestDelivery;
  }
}
