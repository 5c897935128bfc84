package dev.tocsin.hub;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// The truth: an event exists once the log has given it a sequence.
///
/// Sequences ascend and are never given twice within an epoch ([LogState#epoch]); nobody but the log gives
/// them. Others may append to the same log, also types that nobody here knows. What the log has lost is
/// told to the follower and to readers. Any thread may call anything, and nothing blocks: a log that
/// has to wait for a disk or a network answers later.
public interface EventLog extends AutoCloseable {

  /// How many single events are asked for at a time.
  int MAX_EACH = 256;

  /// How the log stands. Cheap.
  LogState state();

  /// Whether it works, or may work again. One that never will in this process says so in [LogState#fault] as well. Cheap.
  default boolean isAlive() {
    return true;
  }

  /// What sort of log this is and how large, as of the last few seconds. Cheap.
  LogFigures figures();

  /// The last sequence of each event type that the log holds or, when it remembers them, has held: of
  /// what was handed to the follower at least. Cheap enough to be asked for each request.
  Map<String, Long> lastByType();

  /// Appends events, in this order, and answers when they are safe in the sense of this log. Those that
  /// repeat an earlier publish ([IdempotencyKey]) are answered like it. Appends of one thread keep their
  /// order.
  ///
  /// The answer does not wait until the follower has them as well; [#reach] does.
  ///
  /// @param appends at least one
  /// @return one result for each, in their order; completed on a thread of the log's or the caller's,
  ///     which must not be blocked
  CompletionStage<List<AppendResult>> append(List<Append> appends);

  /// Answers what it has been given and does not know the fate of: that may be there or not ([AppendResult.Unknown]). From now
  /// on it takes nothing. For a server that ends, and cannot wait any longer; a log that is never long without an answer
  /// need not do anything. Any thread.
  default void giveUp() {}

  /// Reads on after a position, in order, what the follower has been handed and is of the wanted types:
  /// `maxEvents` events, fewer when they exceed `maxBytes` of JSON, but at least one if the look came to
  /// one. It may end earlier, so that no single look takes long: [Page#position] says how far it
  /// came, and it comes further each time as long as there is something after the position. A stretch
  /// that cannot be read any more is named and passed.
  ///
  /// @param after a position; one above the newest has nothing after it
  /// @param maxEvents at least 1
  /// @return completed by any thread, at once where nothing has to be waited for; exceptionally when the
  ///     log cannot be read at the moment, and may be later
  CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes);

  /// Reads back from a position, the newest events first; otherwise as [#read].
  ///
  /// @param before a sequence; the first one looked at is that below it
  /// @return a page whose position is one less than the lowest sequence looked at; 0 or more
  CompletionStage<Page> readBack(long before, TypeFilter types, int maxEvents, int maxBytes);

  /// Reads single events that the follower has been handed: as many of the given ones as do not exceed `maxBytes` of
  /// JSON, but at least one is looked at. One that cannot be read any more, because it was thrown away or is damaged, is
  /// named as lost.
  ///
  /// @param sequences ascending, at least one and at most [#MAX_EACH], none above the newest
  /// @return a page whose position is the last of the sequences that was looked at; completed as that of [#read]
  CompletionStage<Page> readEach(long[] sequences, int maxBytes);

  /// The place beside the log for a note of whoever follows it; empty when the log ends with the process.
  default Optional<LogNote> note() {
    return Optional.empty();
  }

  /// The position after which the events stand that the log accepted at a time or later, by its own
  /// clock. Where that clock has been set back, events of the same time stand on both sides of the
  /// position.
  ///
  /// @return completed as that of [#read]; the newest position when there is no such event
  CompletionStage<Long> positionAt(Instant time);

  /// Hands everything after a position to `follower`, as soon as it is safe. There is one follower, a
  /// later one takes the place of an earlier one.
  ///
  /// @param after a position, usually the newest
  void follow(long after, Follower follower);

  /// Waits until the follower has been handed everything up to a sequence.
  ///
  /// @param sequence of the present epoch; one that was never given, and that nobody but this log can give,
  ///     is not waited for
  /// @param atMost how long to wait
  /// @return completed with the last sequence that the follower was told of, which is lower when the time
  ///     is up or waiting is of no use
  CompletionStage<Long> reach(long sequence, Duration atMost);

  /// Waits for an epoch that others who share the log may have begun, and that is not known here yet.
  ///
  /// @param epoch not the present one
  /// @param atMost how long to wait
  /// @return completed with the epoch that is the present one then: when that one has begun here, when it is none that comes, or when
  ///     the time is up
  default CompletionStage<String> awaitEpoch(String epoch, Duration atMost) {
    return CompletableFuture.completedFuture(state().epoch());
  }

  /// Refuses further appends, finishes those under way and lets go of everything.
  @Override
  void close();
}
