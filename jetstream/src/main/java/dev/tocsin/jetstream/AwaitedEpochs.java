package dev.tocsin.jetstream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Waits for epochs of which clients were told by other gateways. The bucket says whether one is the log's: then this gateway, which
/// is told so at once, comes to it within moments. Any other is not waited for. Any thread.
final class AwaitedEpochs {

  private static final Duration AGAIN = Duration.ofMillis(100);

  private final EpochBucket bucket;
  private final Supplier<String> present;
  private final Runnable suspect;
  private final ScheduledExecutorService timer;

  /// @param present the epoch in which this gateway is, and of which whoever waits is told before he goes on
  /// @param suspect is called when the log has another one
  AwaitedEpochs(
      EpochBucket bucket,
      Supplier<String> present,
      Runnable suspect,
      ScheduledExecutorService timer) {
    this.bucket = bucket;
    this.present = present;
    this.suspect = suspect;
    this.timer = timer;
  }

  /// See [dev.tocsin.hub.EventLog#awaitEpoch].
  CompletableFuture<String> await(String epoch, Duration atMost) {
    Waiter waiter = new Waiter(epoch, System.nanoTime() + atMost.toNanos());
    waiter.ask();
    return waiter.over;
  }

  private final class Waiter {

    private final String epoch;
    private final long endNanos;
    private final CompletableFuture<String> over = new CompletableFuture<>();

    Waiter(String epoch, long endNanos) {
      this.epoch = epoch;
      this.endNanos = endNanos;
    }

    private void ask() {
      if (!isOver()) {
        bucket.read().thenAccept(this::judge);
      }
    }

    private void judge(EpochBucket.Content content) {
      switch (content) {
        case EpochBucket.Content.Found(EpochRecord found) -> {
          if (found.epoch().equals(epoch)) {
            suspect.run();
            look();
          } else {
            over.complete(present.get());
          }
        }
        case EpochBucket.Content.Absent absent -> over.complete(present.get());
        case EpochBucket.Content.Unknown unknown -> later(this::ask);
      }
    }

    private void look() {
      if (!isOver()) {
        later(this::look);
      }
    }

    /// Whether there is nothing to wait for any more; then that is told.
    private boolean isOver() {
      boolean isOver = present.get().equals(epoch) || System.nanoTime() - endNanos >= 0;
      if (isOver) {
        over.complete(present.get());
      }
      return isOver;
    }

    private void later(Runnable task) {
      try {
        timer.schedule(task, AGAIN.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        // The log closes.
        over.complete(present.get());
      }
    }
  }
}
