package dev.tocsin.bridges.out;

import java.time.Duration;

/// How many events go out together.
///
/// @param maxEvents at the most
/// @param maxBytes of their envelopes, and one event
/// @param atMost how long one waits for others
public record Bundling(int maxEvents, int maxBytes, Duration atMost) {

  /// Each by itself, at once.
  public static final Bundling SINGLE = new Bundling(1, 1, Duration.ZERO);

  public Bundling {
    if (maxEvents < 1 || maxBytes < 1 || atMost.isNegative()) {
      throw new IllegalArgumentException(maxEvents + ", " + maxBytes + ", " + atMost);
    }
  }
}
