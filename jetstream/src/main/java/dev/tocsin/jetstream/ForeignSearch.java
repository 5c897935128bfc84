package dev.tocsin.jetstream;

import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/// Looks through the [ForeignParts] that were there when the epoch began, one reading after another, so that what is no event
/// is warned of at each start, and nothing else is read whole for ever. Any thread; nothing blocks.
final class ForeignSearch {

  private static final TypeFilter NOTHING = TypeFilter.of(Set.of());

  private final StreamRanges ranges;
  private final ForeignParts foreign;
  private final ForeignWarning warning;
  private final AtomicBoolean searching = new AtomicBoolean();

  // of one search at a time
  private volatile long epoch;
  private volatile long position;

  ForeignSearch(StreamRanges ranges, ForeignParts foreign, ForeignWarning warning) {
    this.ranges = ranges;
    this.foreign = foreign;
    this.warning = warning;
  }

  /// Goes on with the search, unless it goes on already or has come to its end. One that fails goes on with the next call.
  void goOn() {
    if (searching.compareAndSet(false, true)) {
      long now = foreign.epoch();
      position = epoch == now ? position : 0;
      epoch = now;
      CompletableFuture.completedFuture(true)
          .thenCompose(begun -> next())
          .whenComplete((done, failure) -> searching.set(false));
    }
  }

  private CompletionStage<Boolean> next() {
    Stretch part = foreign.after(position);
    long end = foreign.end();
    if (position >= end || part == null || part.from() > end) {
      return CompletableFuture.completedStage(true);
    }
    long after = Math.max(position, part.from() - 1);
    return ranges
        .read(
            after,
            Math.min(part.to(), end),
            NOTHING,
            StreamRanges.MAX_BATCH,
            StreamRanges.MAX_BYTES)
        .thenComposeAsync(range -> {
          foreign.lookedThrough(
              epoch,
              after,
              range.to(),
              range.foreign().stream().map(DirectGet.Found::sequence).toList());
          range.foreign().forEach(found -> warning.warn(found.subject(), found.sequence()));
          position = range.to();
          return next();
        });
  }
}
