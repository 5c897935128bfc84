package dev.tocsin.jetstream;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Appends that belong together, on their way, and who waits for them. Guarded by the [Sender]'s lock, but for [#answer].
final class AppendRequest {

  /// What an event costs in memory beside its JSON, roughly.
  private static final int EVENT_BYTES = 300;

  private final List<Append> appends;
  private final @Nullable AppendResult[] results;
  private final CompletableFuture<List<AppendResult>> answer = new CompletableFuture<>();
  private final long endNanos;
  private final long bytes;
  private int next;
  private int open;

  /// @param endNanos until when its fate has to be known, by [System#nanoTime]
  AppendRequest(List<Append> appends, long endNanos) {
    this.appends = List.copyOf(appends);
    this.results = new @Nullable AppendResult[appends.size()];
    this.open = appends.size();
    this.endNanos = endNanos;
    long size = 0;
    for (Append append : appends) {
      size += append.event().json().length + EVENT_BYTES;
    }
    this.bytes = size;
  }

  CompletableFuture<List<AppendResult>> answer() {
    return answer;
  }

  long endNanos() {
    return endNanos;
  }

  /// What it takes up while it waits.
  long bytes() {
    return bytes;
  }

  /// Whether all were taken.
  boolean isTaken() {
    return next == appends.size();
  }

  /// The place of the next one that nobody has taken.
  int take() {
    return next++;
  }

  Append append(int place) {
    return appends.get(place);
  }

  /// Notes what came of one; whether nothing is open any more.
  boolean settle(int place, AppendResult result) {
    results[place] = result;
    return --open == 0;
  }

  /// Gives up those that nobody has taken; whether nothing is open any more.
  boolean refuseRest(AppendResult result) {
    open -= appends.size() - next;
    Arrays.fill(results, next, results.length, result);
    next = appends.size();
    return open == 0;
  }

  /// Refuses what was not even begun.
  static CompletableFuture<List<AppendResult>> refused(List<Append> appends, String reason) {
    return CompletableFuture.completedFuture(
        Collections.nCopies(appends.size(), new AppendResult.Unavailable(reason)));
  }

  /// Answers, outside the lock: whoever waits does what he likes.
  @SuppressWarnings("NullAway") // nothing is open any more
  void answerNow() {
    answer.complete(Arrays.asList(results));
  }
}
