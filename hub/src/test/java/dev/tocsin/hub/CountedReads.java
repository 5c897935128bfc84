package dev.tocsin.hub;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A log that counts what is read of it, and cannot be read at all as long as the test says so.
public final class CountedReads extends ForwardingLog {

  private final AtomicInteger pages = new AtomicInteger();
  private final AtomicLong events = new AtomicLong();

  /// Why it cannot be read; `null` when it can.
  public volatile @Nullable RuntimeException failure;

  public CountedReads(EventLog log) {
    super(log);
  }

  /// How many times it was read.
  public int pages() {
    return pages.get();
  }

  /// How many events were read.
  public long events() {
    return events.get();
  }

  @Override
  public CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    return counted(() -> super.read(after, types, maxEvents, maxBytes));
  }

  @Override
  public CompletionStage<Page> readBack(
      long before, TypeFilter types, int maxEvents, int maxBytes) {
    return counted(() -> super.readBack(before, types, maxEvents, maxBytes));
  }

  @Override
  public CompletionStage<Page> readEach(long[] sequences, int maxBytes) {
    return counted(() -> super.readEach(sequences, maxBytes));
  }

  private CompletionStage<Page> counted(Supplier<CompletionStage<Page>> reading) {
    pages.incrementAndGet();
    RuntimeException reason = failure;
    if (reason != null) {
      return CompletableFuture.failedFuture(reason);
    }
    return reading
        .get()
        .thenApply(page -> {
          events.addAndGet(page.events().size());
          return page;
        });
  }
}
