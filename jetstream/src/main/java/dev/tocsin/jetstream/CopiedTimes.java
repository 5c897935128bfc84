package dev.tocsin.jetstream;

import java.util.concurrent.CompletableFuture;

/// Finds a moment among the events that came with a copy of another log: JetStream has dated all of them with the time of the
/// copy, but each says when it was accepted first. Halves what is left some twenty times.
///
/// @param oldest the oldest sequence of the log
/// @param millis the moment, in milliseconds since 1970
record CopiedTimes(StreamRanges ranges, long oldest, long millis) {

  /// The position after which the events stand that were accepted then or later.
  ///
  /// @param last the last one that was copied
  CompletableFuture<Long> position(long last) {
    return search(Math.min(oldest, last + 1), last + 1);
  }

  /// The answer is one less than the first of them, from `low` on and at most `high`.
  private CompletableFuture<Long> search(long low, long high) {
    if (low >= high) {
      return CompletableFuture.completedFuture(low - 1);
    }
    long middle = (low + high) >>> 1;
    return ranges
        .next(middle)
        .thenCompose(found ->
            found.sequence() >= high || found.acceptedMillis() >= millis
                ? search(low, middle)
                : search(found.sequence() + 1, high));
  }
}
