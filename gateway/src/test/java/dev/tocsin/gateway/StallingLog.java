package dev.tocsin.gateway;

import dev.tocsin.fixtures.RawClient;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.Logs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A log in memory that takes appends when the test says so, on the test's thread: as slow as a disk
/// can be.
final class StallingLog extends ForwardingLog {

  private record Pending(List<Append> events, CompletableFuture<List<AppendResult>> answer) {}

  private final BlockingQueue<Pending> pending = new LinkedBlockingQueue<>();

  /// Whether the log is so broken that it cannot even be called.
  volatile boolean throwing;

  StallingLog() {
    super(TestServer.memory());
  }

  /// Waits for one append and lets it through.
  void let() {
    Pending next = next();
    next.answer.complete(Logs.await(log.append(next.events)));
  }

  /// Waits for appends until they hold so many events, and lets them through.
  void letEvents(int count) {
    nextEvents(count).forEach(next -> next.answer.complete(Logs.await(log.append(next.events))));
  }

  private List<Pending> nextEvents(int count) {
    List<Pending> all = new ArrayList<>();
    for (int left = count; left > 0; left -= all.getLast().events.size()) {
      all.add(next());
    }
    return all;
  }

  /// Waits for one append and refuses it.
  void refuse() {
    Pending next = next();
    next.answer.complete(
        Collections.nCopies(next.events.size(), new AppendResult.Unavailable("The disk is full")));
  }

  /// Waits for one append and loses its answer.
  void loseAnswer() {
    Pending next = next();
    next.answer.complete(
        Collections.nCopies(next.events.size(), new AppendResult.Unknown("No answer came")));
  }

  /// Waits for one append and breaks.
  void fail() {
    next().answer.completeExceptionally(new IllegalStateException("a bug in the log"));
  }

  /// Waits for appends until they hold so many events, and answers them in the reverse order.
  void letInReverse(int count) {
    List<Pending> all = nextEvents(count);
    List<List<AppendResult>> results =
        all.stream().map(p -> Logs.await(log.append(p.events))).toList();
    for (int i = all.size() - 1; i >= 0; i--) {
      all.get(i).answer.complete(results.get(i));
    }
  }

  private Pending next() {
    try {
      Pending next = pending.poll(RawClient.DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
      if (next == null) {
        throw new AssertionError("nothing was appended");
      }
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// How many appends are waiting.
  int waiting() {
    return pending.size();
  }

  /// How many events are waiting.
  int waitingEvents() {
    return pending.stream().mapToInt(append -> append.events.size()).sum();
  }

  @Override
  public CompletableFuture<List<AppendResult>> append(List<Append> events) {
    if (throwing) {
      throw new IllegalStateException("a worse bug in the log");
    }
    Pending append = new Pending(events, new CompletableFuture<>());
    pending.add(append);
    return append.answer;
  }
}
