package dev.tocsin.jetstream;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/// Those who wait until the follower has come to a sequence. Each is taken out once, to be answered. Unsynchronised: guarded by
/// [Delivery]'s lock.
final class Waiters {

  private record Waiter(long sequence, long endNanos, CompletableFuture<Long> answer) {}

  private final PriorityQueue<Waiter> waiters =
      new PriorityQueue<>(Comparator.comparingLong(Waiter::sequence));

  /// @param endNanos until when to wait, by [System#nanoTime]
  CompletableFuture<Long> add(long sequence, long endNanos) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    waiters.add(new Waiter(sequence, endNanos, answer));
    return answer;
  }

  /// Those whose sequence is reached.
  List<CompletableFuture<Long>> takeReached(long newest) {
    if (waiters.isEmpty()) {
      return List.of();
    }
    List<CompletableFuture<Long>> reached = new ArrayList<>();
    for (Waiter next = waiters.peek();
        next != null && next.sequence() <= newest;
        next = waiters.peek()) {
      waiters.remove();
      reached.add(next.answer());
    }
    return reached;
  }

  /// Those whose time is up.
  List<CompletableFuture<Long>> takeLate(long nowNanos) {
    List<CompletableFuture<Long>> late = new ArrayList<>();
    waiters.removeIf(one -> one.endNanos() - nowNanos <= 0 && late.add(one.answer()));
    return late;
  }

  List<CompletableFuture<Long>> takeAll() {
    List<CompletableFuture<Long>> all = new ArrayList<>(waiters.size());
    waiters.forEach(one -> all.add(one.answer()));
    waiters.clear();
    return all;
  }
}
