package dev.tocsin.spring;

import dev.tocsin.client.PublishOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The moment at which the client of an application begins to connect, once all beans are there. What they publish before waits
/// for it, and goes out in its order. Any thread.
final class ClientStart {

  /// How many events may wait.
  static final int MAX_WAITING = 1_024;

  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean begun;

  boolean hasBegun() {
    lock.lock();
    try {
      return begun;
    } finally {
      lock.unlock();
    }
  }

  /// Publishes now, or as soon as the client has begun.
  CompletableFuture<PublishOutcome> publish(Supplier<CompletableFuture<PublishOutcome>> publish) {
    lock.lock();
    try {
      if (!begun) {
        if (waiting.size() == MAX_WAITING) {
          return CompletableFuture.completedFuture(new PublishOutcome.OutboxFull(MAX_WAITING, 0));
        }
        CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();
        waiting.add(() -> pass(publish, outcome));
        return outcome;
      }
    } finally {
      lock.unlock();
    }
    return publish.get();
  }

  private static void pass(
      Supplier<CompletableFuture<PublishOutcome>> publish,
      CompletableFuture<PublishOutcome> outcome) {
    try {
      publish
          .get()
          .whenComplete((came, failure) -> {
            if (failure == null) {
              outcome.complete(came);
            } else {
              outcome.completeExceptionally(failure);
            }
          });
    } catch (RuntimeException e) { // a record that is no payload
      outcome.completeExceptionally(e);
    }
  }

  /// The client connects, or never will.
  void begin() {
    lock.lock();
    try {
      begun = true;
      waiting.forEach(Runnable::run);
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }
}
