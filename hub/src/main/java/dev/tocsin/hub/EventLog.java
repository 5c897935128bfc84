package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// The truth: an event exists once the log has given it a sequence.
///
/// Sequences start at 1, have no holes and are never given twice within an [#epoch]. Any thread may
/// call anything.
public interface EventLog extends AutoCloseable {

  /// What a log without an index looks through at a time.
  int SCANNED_EVENTS = 1_024;

  int SCANNED_BYTES = 1 << 20;

  /// The name of this log's life: a sequence means something only within its epoch.
  String epoch();

  /// The oldest sequence that can still be read; one more than [#newest] when there is none.
  long oldest();

  /// The newest sequence that was given; 0 before the first.
  long newest();

  /// The last sequence of each event type that the log holds or, when it remembers them, has held.
  /// An answer contains at least what was appended before the question.
  Map<String, Long> lastByType();

  /// Why the log cannot take events at the moment, a sentence for a person; empty when it can.
  Optional<String> fault();

  /// Appends events, next to each other and in this order, and answers when they are safe in the
  /// sense of this log and the follower has been given them. Those that repeat an earlier publish
  /// ([IdempotencyKey]) are answered like it; the others are appended all or none. Appends of one
  /// thread keep their order.
  ///
  /// @param appends at least one
  /// @return one result for each, in their order; completed on a thread of the log's or the caller's,
  ///     which must not be blocked
  CompletableFuture<List<AppendResult>> append(List<Append> appends);

  /// Reads on behind a position, in order: what is safe there of `maxEvents` events, fewer when they
  /// exceed `maxBytes` of JSON, but at least one when there is one. Begins at [#oldest] when the log
  /// no longer holds what follows the position; a position above [#newest] has nothing behind it. May
  /// read from disk.
  List<LoggedEvent> read(long after, int maxEvents, int maxBytes);

  /// Reads on behind a position as [#read] does, events of some types only. When there are none, no
  /// event up to [#newest] is of these types.
  default List<LoggedEvent> readOfTypes(
      long after, Set<String> types, int maxEvents, int maxBytes) {
    List<LoggedEvent> found = new ArrayList<>();
    long bytes = 0;
    for (List<LoggedEvent> page = read(after, SCANNED_EVENTS, SCANNED_BYTES);
        !page.isEmpty();
        page = read(page.getLast().sequence(), SCANNED_EVENTS, SCANNED_BYTES)) {
      for (LoggedEvent event : page) {
        if (types.contains(event.event().type())) {
          bytes += event.event().json().length;
          if (found.size() >= maxEvents || (bytes > maxBytes && !found.isEmpty())) {
            return found;
          }
          found.add(event);
        }
      }
    }
    return found;
  }

  /// Hands every event behind a position to `follower`, in order, each once, group by group, as soon
  /// as it is safe. There is one follower, a later one takes the place of an earlier one; it is
  /// called by one thread at a time, must not block and must not throw.
  ///
  /// @param after a position behind which the log still holds everything, usually [#newest]
  void follow(long after, Consumer<List<LoggedEvent>> follower);

  /// Refuses further appends, finishes those under way and lets go of everything.
  @Override
  void close();
}
