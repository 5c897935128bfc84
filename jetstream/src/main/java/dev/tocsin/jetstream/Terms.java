package dev.tocsin.jetstream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The terms in which the stream can be read: each lasts from a look whether the epoch goes on to the next doubt. A reading
/// counts when it has begun and ended within one, over one connection; else it is made again. Any thread; nothing blocks.
final class Terms {

  /// How often a reading is made, with pauses in between: five seconds.
  static final int TRIES = 100;

  static final Duration PAUSE = Duration.ofMillis(50);

  private static final long NONE = -1;

  private final Link link;

  // owned by the follower's thread
  private long count;

  // written by the follower's thread, read by any
  private volatile long present = NONE;

  Terms(Link link) {
    this.link = link;
  }

  /// A reading has to be made again.
  static final class AgainException extends RuntimeException {

    private static final long serialVersionUID = 1;

    AgainException(String reason) {
      super(reason);
    }
  }

  /// The stream was looked at.
  void begin() {
    present = ++count;
  }

  /// There is a doubt.
  void end() {
    present = NONE;
  }

  /// Makes a reading until it succeeds within a term, [#TRIES] times at most.
  <T> CompletableFuture<T> read(Supplier<CompletableFuture<T>> reading) {
    return read(reading, TRIES);
  }

  private <T> CompletableFuture<T> read(Supplier<CompletableFuture<T>> reading, int tries) {
    long before = present;
    long generation = link.generation();
    CompletableFuture<T> attempt =
        before == NONE
            ? CompletableFuture.failedFuture(
                new AgainException("NATS is not connected, or the log is being looked at"))
            : reading.get();
    return attempt
        .handle((result, failure) -> {
          if (failure == null && before == present && generation == link.generation()) {
            return CompletableFuture.completedFuture(result);
          }
          if (tries <= 1) {
            return CompletableFuture.<T>failedFuture(
                new IllegalStateException(
                    "The log cannot be read at the moment: NATS does not answer", failure));
          }
          Executor later =
              CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
          return CompletableFuture.supplyAsync(() -> read(reading, tries - 1), later)
              .thenCompose(again -> again);
        })
        .thenCompose(done -> done);
  }
}
