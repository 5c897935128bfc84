package dev.tocsin.jetstream;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.PageBuilder;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads back what was before: the newest part from memory, the rest from the stream, never beyond what was handed on.
///
/// A reading of the stream begins and ends within one term ([Terms]). Any thread.
final class StreamPages {

  /// The most sequences that a look back passes.
  private static final int BACK_ALL = 256;

  private static final int BACK_SOME = 8_192;

  /// The latest time that NATS is asked for: it reads those of four-digit years only.
  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  private final Delivery delivery;
  private final StreamLeader leader;
  private final StreamRanges ranges;
  private final StreamBounds bounds;
  private final StreamTypes types;
  private final ForeignParts foreign;

  StreamPages(
      Delivery delivery,
      StreamLeader leader,
      StreamRanges ranges,
      StreamBounds bounds,
      StreamTypes types,
      ForeignParts foreign) {
    this.delivery = delivery;
    this.leader = leader;
    this.ranges = ranges;
    this.bounds = bounds;
    this.types = types;
    this.foreign = foreign;
  }

  /// What a log knows when it begins with a stream.
  ///
  /// @param newest its newest message; `null` when there is none
  /// @param lastByType the last sequence of each type
  record Beginning(@Nullable Witness newest, Map<String, Long> lastByType) {}

  /// Reads what is known in the beginning. Blocks.
  Beginning beginning(StreamInfo info) throws EpochKeeper.UndecidedException, InterruptedException {
    if (info.first() > info.last()) {
      return new Beginning(null, Map.of());
    }
    Witness newest = leaders(info.last());
    for (int i = 0; i < Terms.TRIES; i++) {
      StreamTypes.Last last = types.last(info.last());
      if (newest == null || last.newest() >= newest.sequence()) {
        return new Beginning(newest, last.byType());
      }
      // A server answered that is behind.
      Thread.sleep(Terms.PAUSE.toMillis());
    }
    throw new EpochKeeper.UndecidedException("the servers do not agree on the newest message");
  }

  /// A message as the leader has it, which may be no event: its bytes tell as well whether the stream is the same. `null` when
  /// it is lost.
  private @Nullable Witness leaders(long sequence)
      throws EpochKeeper.UndecidedException, InterruptedException {
    return switch (leader.messageUntilAnswered(sequence)) {
      case StreamLeader.Message.Found(StoredMessage message) ->
          new Witness(message.sequence(), message.body());
      case StreamLeader.Message.Lost lost -> null;
      case StreamLeader.Message.Unsaid(String reason) ->
          throw new EpochKeeper.UndecidedException(reason);
    };
  }

  /// See [dev.tocsin.hub.EventLog#read].
  CompletableFuture<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    long newest = delivery.newest();
    if (after >= newest) {
      return CompletableFuture.completedFuture(new Page(List.of(), after));
    }
    Page recent = delivery.recent(part -> part.read(after, types, maxEvents, maxBytes));
    if (recent != null) {
      return CompletableFuture.completedFuture(recent);
    }
    TypeFilter some = narrowed(types, after);
    return ranges
        .read(after, newest, some, maxEvents, maxBytes)
        .thenApply(range -> page(range, some, maxEvents, maxBytes));
  }

  /// The wanted types, without those whose last event is not after a position: they cost nothing.
  private TypeFilter narrowed(TypeFilter types, long position) {
    Set<String> names = types.names();
    return names == null
        ? types
        : TypeFilter.of(
            names.stream()
                .filter(type -> delivery.lastOf(type) > position)
                .collect(Collectors.toUnmodifiableSet()));
  }

  private static Page page(
      StreamRanges.Range range, TypeFilter types, int maxEvents, int maxBytes) {
    PageBuilder page = new PageBuilder(types, maxEvents, maxBytes);
    long position = range.to();
    for (LoggedEvent event : range.events()) {
      if (!page.add(event)) {
        position = event.sequence() - 1;
        break;
      }
    }
    return new Page(page.events(), upTo(range.lost(), position), position);
  }

  private static List<Stretch> upTo(List<Stretch> stretches, long position) {
    List<Stretch> some = new ArrayList<>(stretches.size());
    for (Stretch stretch : stretches) {
      if (stretch.from() <= position) {
        some.add(new Stretch(stretch.from(), Math.min(stretch.to(), position)));
      }
    }
    return some;
  }

  /// See [dev.tocsin.hub.EventLog#readBack].
  CompletableFuture<Page> readBack(long before, TypeFilter types, int maxEvents, int maxBytes) {
    long top = Math.min(before - 1, delivery.newest());
    if (top < 1) {
      return CompletableFuture.completedFuture(new Page(List.of(), 0));
    }
    Page recent = delivery.recent(part -> part.readBack(before, types, maxEvents, maxBytes));
    if (recent != null) {
      return CompletableFuture.completedFuture(recent);
    }
    return back(top, narrowed(types, 0), maxEvents, maxBytes, types.isAll() ? BACK_ALL : BACK_SOME);
  }

  private CompletableFuture<Page> back(
      long top, TypeFilter types, int maxEvents, int maxBytes, int window) {
    long oldest = bounds.oldest();
    if (top < oldest) {
      return CompletableFuture.completedFuture(
          new Page(List.of(), List.of(new Stretch(1, top)), 0));
    }
    // Either within one of the parts that are read whole, or between two of them.
    Stretch part = types.isAll() ? null : foreign.upTo(top);
    boolean isWithin = part != null && part.to() >= top;
    long floor = part == null ? 0 : isWithin ? part.from() - 1 : part.to();
    Set<String> names = types.names();
    if (names != null && names.isEmpty() && bounds.knowsLost() && !isWithin) {
      List<Stretch> lost = new ArrayList<>(bounds.lostBetween(floor, top, top + 1));
      Collections.reverse(lost);
      return CompletableFuture.completedFuture(new Page(List.of(), lost, floor));
    }
    long bottom = Math.max(Math.max(oldest, floor + 1), top - window + 1);
    return ranges
        .read(bottom - 1, top, types, StreamRanges.MAX_BATCH, StreamRanges.MAX_BYTES)
        .thenCompose(range ->
            range.to() < top && window > 1
                ? back(top, types, maxEvents, maxBytes, Math.max(1, window / 8))
                : CompletableFuture.completedFuture(
                    pageBack(range, bottom, oldest, types, maxEvents, maxBytes)));
  }

  private static Page pageBack(
      StreamRanges.Range range,
      long bottom,
      long oldest,
      TypeFilter types,
      int maxEvents,
      int maxBytes) {
    PageBuilder page = new PageBuilder(types, maxEvents, maxBytes);
    long position = bottom == oldest ? 0 : bottom - 1;
    for (LoggedEvent event : range.events().reversed()) {
      if (!page.add(event)) {
        position = event.sequence();
        break;
      }
    }
    List<Stretch> lost = new ArrayList<>();
    for (Stretch stretch : range.lost().reversed()) {
      if (stretch.to() > position) {
        lost.add(new Stretch(Math.max(stretch.from(), position + 1), stretch.to()));
      }
    }
    if (position == 0 && oldest > 1) {
      lost.add(new Stretch(1, oldest - 1));
    }
    return new Page(page.events(), lost, position);
  }

  /// See [dev.tocsin.hub.EventLog#readEach].
  CompletableFuture<Page> readEach(long[] sequences, int maxBytes) {
    List<CompletableFuture<DirectGet.Found>> each = new ArrayList<>(sequences.length);
    for (long sequence : sequences) {
      LoggedEvent recent = delivery.recent(part -> part.find(sequence));
      each.add(
          recent == null
              ? ranges.single(sequence)
              : CompletableFuture.completedFuture(new DirectGet.Found(sequence, recent.event())));
    }
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
        .thenApply(done -> pageOfEach(each, maxBytes));
  }

  private static Page pageOfEach(List<CompletableFuture<DirectGet.Found>> each, int maxBytes) {
    PageBuilder page = new PageBuilder(TypeFilter.ALL, each.size(), maxBytes);
    List<Stretch> lost = new ArrayList<>(0);
    long position = 0;
    for (CompletableFuture<DirectGet.Found> one : each) {
      DirectGet.Found found = one.join();
      if (found.event() == null) {
        lost.add(new Stretch(found.sequence(), found.sequence()));
      } else if (!page.add(new LoggedEvent(found.sequence(), found.event()))) {
        break;
      }
      position = found.sequence();
    }
    return new Page(page.events(), lost, position);
  }

  /// See [dev.tocsin.hub.EventLog#positionAt]: by the clock of NATS, and for what was copied from another log by that of the
  /// other.
  CompletableFuture<Long> positionAt(Instant time) {
    long newest = delivery.newest();
    if (newest == 0) {
      return CompletableFuture.completedFuture(0L);
    }
    Instant told =
        time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time.isAfter(LATEST) ? LATEST : time;
    return ranges
        .firstFrom(told)
        .thenCompose(first ->
            first > ranges.copiedUpTo()
                ? CompletableFuture.completedFuture(Math.min(first - 1, newest))
                : new CopiedTimes(ranges, bounds.oldest(), time.toEpochMilli())
                    .position(Math.min(ranges.copiedUpTo(), newest)));
  }

  /// A term begins with a look at the stream.
  void beginTerm(StreamInfo info) {
    ranges.beginTerm(info);
  }

  /// It ends with a doubt.
  void endTerm() {
    ranges.endTerm();
  }
}
