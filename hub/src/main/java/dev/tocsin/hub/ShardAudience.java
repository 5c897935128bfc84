package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/// An audience of a shard: it knows what it wanted last, and gathers its batch of the turn.
///
/// Its members change only while nothing is gathered: what is waiting is sent first, to those who were members
/// when it came.
final class ShardAudience<C> extends Audience<C> {

  /// What an event in a batch is taken to cost besides its JSON, in bytes: its place in the list, and in its frame
  /// what only the delivery knows.
  private static final int ENTRY_BYTES = 64;

  /// Stands for what nobody knows: what came before the first event that fulfils some conditions. Each member names what
  /// it was told itself.
  static final long UNKNOWN = -1;

  private final Consumer<ShardAudience<C>> sender;
  private long previous;
  private @Nullable List<LoggedEvent> gathered;
  private long gatheredAfter;
  private long gatheredBytes;

  /// @param sender sends what has been gathered; never throws
  /// @param previous the last event that it would have wanted, or [#UNKNOWN]
  ShardAudience(
      Interest interest, int tableSize, Consumer<ShardAudience<C>> sender, long previous) {
    super(interest, tableSize);
    this.sender = sender;
    this.previous = previous;
  }

  /// What an event costs in the batch of one audience, in bytes.
  static int cost(LoggedEvent event) {
    return event.event().json().length + ENTRY_BYTES;
  }

  /// Adds an event to the turn's batch; whether it is the first.
  boolean add(LoggedEvent event) {
    List<LoggedEvent> events = gathered;
    boolean isFirst = events == null;
    if (events == null) {
      events = new ArrayList<>(4);
      gathered = events;
      gatheredAfter = previous;
    }
    events.add(event);
    gatheredBytes += cost(event);
    previous = event.sequence();
    return isFirst;
  }

  /// What the gathered events cost together, in bytes.
  long gatheredBytes() {
    return gatheredBytes;
  }

  /// Takes out what has been gathered; `null` when that is nothing.
  @Nullable Gathered take() {
    List<LoggedEvent> events = gathered;
    gathered = null;
    gatheredBytes = 0;
    return events == null ? null : new Gathered(events, gatheredAfter);
  }

  /// What has been gathered.
  ///
  /// @param previous the last earlier event that the audience wanted, or [#UNKNOWN]
  record Gathered(List<LoggedEvent> events, long previous) {}

  /// Hands the members to an action, those together who were told the same, with that: it is what their next event names
  /// as the one before it where nothing better is known.
  void forEachTold(ObjLongConsumer<List<C>> action) {
    SortedMap<Long, List<C>> byTold = new TreeMap<>();
    for (Subscriber<C> subscriber : subscribers()) {
      byTold
          .computeIfAbsent(subscriber.told(), told -> new ArrayList<>(1))
          .add(subscriber.connection());
    }
    byTold.forEach((told, some) -> action.accept(some, told));
  }

  /// Goes on after the event `last`, without what lies between; nothing is gathered.
  ///
  /// @return the `previous` that the next event would have had
  long skipTo(long last) {
    long before = previous;
    previous = last;
    return before;
  }

  @Override
  void add(Subscriber<C> subscriber) {
    sender.accept(this);
    super.add(subscriber);
  }

  @Override
  void remove(Subscriber<C> subscriber) {
    sender.accept(this);
    subscriber.tell(previous);
    super.remove(subscriber);
  }
}
