package dev.tocsin.hub;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// A log that answers whoever reads it a while later, on a thread of its own, as one across a network does.
public final class LateLog extends ForwardingLog {

  private static final long DELAY_MICROS = 300;

  private final ScheduledExecutorService later =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("late-log").daemon().factory());

  /// @param log is closed with this one
  public LateLog(EventLog log) {
    super(log);
  }

  private <T> CompletionStage<T> late(CompletionStage<T> answer) {
    CompletableFuture<T> late = new CompletableFuture<>();
    answer.whenComplete((value, failure) ->
        later.schedule(
            () -> failure == null ? late.complete(value) : late.completeExceptionally(failure),
            DELAY_MICROS,
            TimeUnit.MICROSECONDS));
    return late;
  }

  @Override
  public CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    return late(super.read(after, types, maxEvents, maxBytes));
  }

  @Override
  public CompletionStage<Page> readBack(
      long before, TypeFilter types, int maxEvents, int maxBytes) {
    return late(super.readBack(before, types, maxEvents, maxBytes));
  }

  @Override
  public CompletionStage<Long> positionAt(Instant time) {
    return late(super.positionAt(time));
  }

  @Override
  public void close() {
    super.close();
    later.shutdown();
  }
}
