package dev.tocsin.events.payload.worker;

import dev.tocsin.events.WireNamed;

/// The states of a worker's life.
public enum WorkerStateEnum implements WireNamed {
  /// Not running, and not about to.
  STOPPED,
  /// Loading what it needs, for instance a model.
  STARTING,
  /// At work.
  RUNNING,
  /// Finishing what it has begun.
  STOPPING,
  /// Broken, until it recovers or is restarted.
  ERROR
}
