package dev.tocsin.events.payload.worker;

import dev.tocsin.events.WireNamed;

/// Which part of the analysis pipeline a worker is.
public enum WorkerType implements WireNamed {
  /// Finds objects in frames.
  DETECTION,
  /// Rates what was found and writes security events.
  ANALYSIS,
  /// Closes batches that have waited long enough.
  TIMEOUT,
  /// Collects the pipeline's own measurements.
  METRICS
}
