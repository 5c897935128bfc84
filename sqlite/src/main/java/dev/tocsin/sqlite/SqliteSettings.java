package dev.tocsin.sqlite;

import dev.tocsin.hub.Durability;
import java.nio.file.Path;
import java.time.Duration;

/// How a log on disk is kept.
///
/// @param directory where its files are; made when it is not there
/// @param durability what an acknowledged event survives
/// @param retain how long events are kept; older ones go
/// @param retainBytes how large the file may grow, at least [#MIN_RETAIN_BYTES]; beyond it the oldest
///     events go. The write-ahead file beside it comes on top, some 16 MB
/// @param idempotencyWindow how long the keys of idempotent publishes are remembered
public record SqliteSettings(
    Path directory,
    Durability durability,
    Duration retain,
    long retainBytes,
    Duration idempotencyWindow) {

  /// The least that `retainBytes` can be: the file's own structure needs some room.
  public static final long MIN_RETAIN_BYTES = 1 << 20;

  /// The longest that `retain` and `idempotencyWindow` can be: as many nanoseconds as a `long` holds.
  public static final Duration MAX_TIME = Duration.ofDays(106_751);

  public SqliteSettings {
    if (!retain.isPositive()) {
      throw new IllegalArgumentException("events have to be kept for some time");
    }
    if (retainBytes < MIN_RETAIN_BYTES) {
      throw new IllegalArgumentException("a log needs " + MIN_RETAIN_BYTES + " bytes at least");
    }
    if (idempotencyWindow.isNegative()) {
      throw new IllegalArgumentException("keys cannot be remembered for less than no time");
    }
    if (retain.compareTo(MAX_TIME) > 0 || idempotencyWindow.compareTo(MAX_TIME) > 0) {
      throw new IllegalArgumentException(
          "events and keys are kept for " + MAX_TIME.toDays() + " days at the most");
    }
  }

  /// The defaults: the death of the process, a week, 2 GiB, ten minutes.
  public static SqliteSettings of(Path directory) {
    return new SqliteSettings(
        directory, Durability.PROCESS, Duration.ofDays(7), 2L << 30, Duration.ofMinutes(10));
  }
}
