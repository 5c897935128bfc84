package dev.tocsin.hub;

import java.util.Optional;

/// What a log is and how large.
///
/// @param kind what sort of log it is: `memory`, `sqlite` or `jetstream`
/// @param bytes what it takes, in memory or on disk, with all its files; of a shared log one copy of it
/// @param durability what its acknowledgements mean; empty when it ends with the process. Does not change while the log is open
/// @param shared what one of those who share it tells; empty for a log of one's own
public record LogFigures(
    String kind, long bytes, Optional<Durability> durability, Optional<SharedLogFigures> shared) {

  /// A log that ends with the process.
  public static LogFigures ofMemory(long bytes) {
    return new LogFigures("memory", bytes, Optional.empty(), Optional.empty());
  }
}
