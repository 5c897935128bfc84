package dev.tocsin.gateway;

import dev.tocsin.events.CloseCode;
import dev.tocsin.http.Json;
import dev.tocsin.http.LoopTasks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// The connections of one event loop that events go to, in the order in which they came. Belongs to the event loop, unless
/// said otherwise.
final class Roster {

  /// How long the loop describes connections before it looks after everything else again.
  private static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final LoopTasks tasks;
  private final LongSupplier nanoTime;
  private final TreeMap<Long, LiveConnection> byNumber = new TreeMap<>();
  private final Map<String, LiveConnection> byId = new HashMap<>();

  /// Nobody yet.
  Roster(LoopTasks tasks, LongSupplier nanoTime) {
    this.tasks = tasks;
    this.nanoTime = nanoTime;
  }

  /// A connection, described.
  ///
  /// @param number its place among all connections of the server
  @SuppressWarnings("ArrayRecordComponent") // made once, written once
  record Entry(long number, byte[] json) {}

  /// What a loop has of a page.
  ///
  /// @param entries in their order; without a gap up to the last of them
  /// @param more whether there are others after the last of them
  /// @param total how many connections the loop has
  record Part(List<Entry> entries, boolean more, int total) {}

  /// A connection has come.
  void enter(long number, LiveConnection connection) {
    byNumber.put(number, connection);
    byId.put(connection.id(), connection);
  }

  /// A connection has gone. Nothing happens when it never came.
  void leave(long number, LiveConnection connection) {
    if (byNumber.remove(number, connection)) {
      byId.remove(connection.id());
    }
  }

  /// Describes the connections after a number. Any thread; done a slice at a time.
  ///
  /// @param limit how many at the most
  /// @param maxBytes what they may take together, but for the last
  CompletableFuture<Part> describe(long after, int limit, int maxBytes) {
    CompletableFuture<Part> part = new CompletableFuture<>();
    run(part, () -> describe(new ArrayList<>(), 0, after, limit, maxBytes, part));
    return part;
  }

  private void describe(
      List<Entry> entries,
      int bytesBefore,
      long after,
      int limit,
      int maxBytes,
      CompletableFuture<Part> part) {
    long end = nanoTime.getAsLong() + SLICE_NANOS;
    int bytes = bytesBefore;
    long last = after;
    Iterator<Map.Entry<Long, LiveConnection>> rest =
        byNumber.tailMap(after, false).entrySet().iterator();
    while (rest.hasNext() && entries.size() < limit && bytes < maxBytes) {
      if (nanoTime.getAsLong() - end >= 0) {
        int soFar = bytes;
        long from = last;
        tasks.later(guarded(part, () -> describe(entries, soFar, from, limit, maxBytes, part)));
        return;
      }
      Map.Entry<Long, LiveConnection> next = rest.next();
      last = next.getKey();
      byte[] json = Json.bytes(next.getValue().view().toJson());
      bytes += json.length;
      entries.add(new Entry(last, json));
    }
    part.complete(new Part(entries, rest.hasNext(), byId.size()));
  }

  /// Closes a connection. Any thread.
  ///
  /// @return what it was; empty when it is not here, or ends already
  CompletableFuture<Optional<ConnectionView>> close(String id, CloseCode code, String sentence) {
    CompletableFuture<Optional<ConnectionView>> closed = new CompletableFuture<>();
    run(
        closed,
        () -> {
          LiveConnection connection = byId.get(id);
          Optional<ConnectionView> open =
              Optional.ofNullable(connection)
                  .map(LiveConnection::view)
                  .filter(view -> view.standing() != Standing.CLOSING);
          if (connection != null && open.isPresent()) {
            connection.close(code, sentence);
          }
          closed.complete(open);
        });
    return closed;
  }

  /// A failure is the answer, and so is a loop that has ended.
  private void run(CompletableFuture<?> answer, Runnable task) {
    try {
      tasks.execute(guarded(answer, task));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(e);
    }
  }

  private static Runnable guarded(CompletableFuture<?> answer, Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        answer.completeExceptionally(e);
      }
    };
  }
}
