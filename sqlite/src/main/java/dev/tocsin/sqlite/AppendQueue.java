package dev.tocsin.sqlite;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The appends that wait for the log's thread. Any thread puts, that one takes; bounded in bytes, and
/// no append waits longer than [#MAX_WAIT_MILLIS] to be taken.
final class AppendQueue {

  /// What may wait, in bytes of JSON and [#EVENT_BYTES] for each event; beyond it an append is refused
  /// at once. An eighth of the heap where that is less.
  static final long MAX_BYTES = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);

  /// How long an append may wait.
  static final long MAX_WAIT_MILLIS = 5_000;

  /// The least that makes a group: it ends with the request that reaches one of them.
  static final int MAX_GROUP_EVENTS = 4_096;

  private static final long MAX_GROUP_BYTES = 8L << 20;

  /// What an event costs in memory beside its JSON, roughly.
  private static final int EVENT_BYTES = 300;

  private static final String FULL = "More events are waiting than the log can take";
  private static final String LATE =
      "The log did not take the event within " + MAX_WAIT_MILLIS / 1_000 + " seconds";

  /// Appends that belong together, and who waits for them.
  record Request(
      List<Append> appends,
      long bytes,
      long sinceNanos,
      CompletableFuture<List<AppendResult>> done) {

    /// Refuses all of them for the same reason.
    void refuse(String reason) {
      done.complete(Collections.nCopies(appends.size(), new AppendResult.Unavailable(reason)));
    }

    /// Says of all of them that they may be in the log or not.
    void leaveOpen(String reason) {
      done.complete(Collections.nCopies(appends.size(), new AppendResult.Unknown(reason)));
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // guarded by lock
  private final Deque<Request> waiting = new ArrayDeque<>();
  private long bytes;
  private @Nullable String closedBecause;

  CompletableFuture<List<AppendResult>> put(List<Append> appends) {
    long size = 0;
    for (Append append : appends) {
      size += append.event().json().length + EVENT_BYTES;
    }
    Request request =
        new Request(List.copyOf(appends), size, System.nanoTime(), new CompletableFuture<>());
    String refusal = add(request);
    if (refusal != null) {
      request.refuse(refusal);
    }
    return request.done();
  }

  private @Nullable String add(Request request) {
    lock.lock();
    try {
      if (closedBecause != null) {
        return closedBecause;
      }
      if (bytes > 0 && bytes + request.bytes() > MAX_BYTES) {
        return FULL;
      }
      waiting.add(request);
      bytes += request.bytes();
      changed.signal();
      return null;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until there is something to take.
  ///
  /// @return whether there is; not when the time is up or the queue is closed
  boolean await(long maxMillis) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(maxMillis);
      while (waiting.isEmpty() && closedBecause == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      return !waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /// Takes what waits, one group at the most.
  List<Request> take() {
    lock.lock();
    try {
      List<Request> group = new ArrayList<>();
      int groupEvents = 0;
      long groupBytes = 0;
      while (!waiting.isEmpty() && groupEvents < MAX_GROUP_EVENTS && groupBytes < MAX_GROUP_BYTES) {
        Request request = removeFirst();
        groupEvents += request.appends().size();
        groupBytes += request.bytes();
        group.add(request);
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  private Request removeFirst() {
    Request request = waiting.remove();
    bytes -= request.bytes();
    return request;
  }

  /// Refuses those that have waited too long because the log's thread is held up.
  ///
  /// @param nowNanos the time by [System#nanoTime]
  /// @param reason what holds it up, when that is known
  void expire(long nowNanos, @Nullable String reason) {
    List<Request> late = new ArrayList<>();
    lock.lock();
    try {
      long maxNanos = TimeUnit.MILLISECONDS.toNanos(MAX_WAIT_MILLIS);
      while (!waiting.isEmpty() && nowNanos - waiting.element().sinceNanos() > maxNanos) {
        late.add(removeFirst());
      }
    } finally {
      lock.unlock();
    }
    late.forEach(request -> request.refuse(reason == null ? LATE : reason));
  }

  /// Whether nothing can come out any more.
  boolean isFinished() {
    lock.lock();
    try {
      return closedBecause != null && waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /// Refuses whatever comes; what waits can still be taken.
  void close(String reason) {
    lock.lock();
    try {
      closedBecause = reason;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /// Refuses whatever comes and everything that waits.
  void abandon(String reason) {
    List<Request> left;
    lock.lock();
    try {
      closedBecause = reason;
      left = List.copyOf(waiting);
      waiting.clear();
      bytes = 0;
      changed.signal();
    } finally {
      lock.unlock();
    }
    left.forEach(request -> request.refuse(reason));
  }
}
