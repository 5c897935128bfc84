package dev.tocsin.app;

import dev.tocsin.client.ClientListener;
import dev.tocsin.client.Position;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Watches the connection of a run: tells how it is, and ends the run when it is gone for too long. The client calls
/// it, one call at a time.
final class PublishConnection implements ClientListener {

  private final @Nullable Duration patience;
  private final PublishReport report;
  private final Consumer<String> say;

  private final AtomicLong losses = new AtomicLong();
  private volatile @Nullable PublishRun run;
  private volatile boolean lost;
  private volatile long lostNanos;

  /// @param patience how long a lost connection is waited for; `null` for ever
  /// @param say takes a sentence for the user
  PublishConnection(@Nullable Duration patience, PublishReport report, Consumer<String> say) {
    this.patience = patience;
    this.report = report;
    this.say = say;
  }

  /// The run that the connection is for.
  void serve(PublishRun served) {
    run = served;
  }

  @Override
  public void onConnected(Position position, @Nullable Position before) {
    if (before == null) {
      report.begin(position.sequence());
      return;
    }
    boolean forgotten =
        System.nanoTime() - lostNanos > UnfinishedRun.REMEMBERED.toNanos()
            && before.epoch().equals(position.epoch());
    lost = false;
    losses.incrementAndGet();
    say.accept(
        forgotten
            ? "connected again; the lines that were unanswered may be in the log twice, because"
                + " the server has forgotten their keys"
            : "connected again");
  }

  @Override
  public void onDisconnected(int code, String reason, @Nullable Duration retryIn) {
    PublishRun current = run;
    if (current == null || code == 1000) {
      return;
    }
    String why = reason.isEmpty() ? "code " + code : reason;
    if (retryIn == null) {
      current.giveUp(why);
    } else if (!lost) {
      lost = true;
      lostNanos = System.nanoTime();
      say.accept(
          "no connection ("
              + why
              + "); the last acknowledged line is "
              + current.settled()
              + "; trying again");
      endUnlessBack(current, losses.get());
    }
  }

  private void endUnlessBack(PublishRun current, long loss) {
    Duration limit = patience;
    if (limit != null) {
      CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> {
            if (losses.get() == loss) {
              current.giveUp("no connection for " + new TimeSpan(limit));
            }
          });
    }
  }

  @Override
  public void onError(String code, String message) {
    say.accept(code + ": " + message);
  }
}
