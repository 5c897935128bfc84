package dev.tocsin.hub;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// How far a shard has come in the log's recent part, and what its audiences have still to be sent of that.
///
/// It first *gathers*: it reads on and adds each event, by reference, to the batch of each audience that wants it.
/// Then it *sends*: each audience's batch goes to its members, once. Both stop when the batches together have reached
/// [ShardOutput#maxTurnBytes], however many audiences there are. So an event may have been sent to some audiences and not yet
/// to others: whoever asks for a connection's position has its batch sent first ([#positionOf]), and an audience sends its
/// batch before its members change ([ShardAudience]).
///
/// Between the two, when nothing is left to be sent, it looks whether the log has begun a new epoch, and takes in the
/// types that have become known: both move connections. Owned by the shard's thread.
final class ShardCursor<C> {

  /// Events that are read at once.
  static final int MAX_TURN_EVENTS = 1_024;

  /// Their JSON, in bytes; one event is read, whatever its size.
  static final int MAX_TURN_JSON_BYTES = 1 << 20;

  // immutable
  private final ShardOwner owner;
  private final ShardOutput<C> output;

  // owned by the shard's thread
  private final SubscriptionIndex<C, ShardAudience<C>> index;

  /// Audiences in the order in which their batches were begun; some may have been sent already, but not all.
  private final Deque<ShardAudience<C>> unsent = new ArrayDeque<>();

  /// How many of them have still a batch.
  private int unsentCount;

  private RecentEvents recent;
  private long[] lastOfType;
  private long position;
  private boolean sending;

  // written by the shard's thread, read by any
  private final TypeCounts delivered;
  private final AtomicLong filtered = new AtomicLong();

  /// A cursor at the head.
  ///
  /// @param owner told when the output throws, and when the log has begun a new epoch
  ShardCursor(RecentEvents recent, ShardOwner owner, ShardOutput<C> output) {
    this.recent = recent;
    this.owner = owner;
    this.output = output;
    RecentEvents.Head head = recent.head();
    this.lastOfType = head.lastOfType();
    this.position = head.position();
    this.delivered = new TypeCounts(head.types().size());
    this.index =
        new SubscriptionIndex<>(
            head.types(),
            (interest, size) -> new ShardAudience<>(interest, size, this::send, last(interest)));
  }

  /// The last event of an interest that has been passed, if that can be known.
  private long last(Interest interest) {
    long whole = last(interest.whole());
    return interest.parts().isEmpty() || last(interest.types()) == whole
        ? whole
        : ShardAudience.UNKNOWN;
  }

  private long last(TypeSet types) {
    long[] last = {0};
    types.forEach(type -> last[0] = Math.max(last[0], lastOfType[type]));
    return last[0];
  }

  /// Who wants what. It changes only after [#catchUp(Object)].
  SubscriptionIndex<C, ShardAudience<C>> index() {
    requireIdle();
    return index;
  }

  /// The epoch in which the position counts.
  RecentEvents recent() {
    return recent;
  }

  /// The sequence of the last event that has been passed.
  long position() {
    return position;
  }

  /// How many events follow the position.
  long waiting() {
    return recent.newest() - position;
  }

  /// Whether anything is left to be gathered or sent.
  boolean hasMore() {
    return !unsent.isEmpty() || waiting() > 0 || recent.successor() != null;
  }

  /// Whether anything that has been gathered is left to be sent.
  boolean hasUnsent() {
    return unsentCount > 0;
  }

  /// Gathers and sends until the bound of a turn is reached.
  void advance() {
    requireIdle();
    if (unsent.isEmpty()) {
      gather();
    }
    sendUpTo(output.maxTurnBytes());
  }

  /// Gathers and sends all there is.
  void catchUp() {
    gatherToHead();
    sendUpTo(Long.MAX_VALUE);
  }

  /// Gathers all there is, and sends one connection its part. Of the others' no more than a turn's is left.
  ///
  /// @return the position, see [#positionOf]
  long catchUp(C connection) {
    gatherToHead();
    return positionOf(connection);
  }

  /// The position, up to which a connection that does not lag has been handed what it wants: what is still to be
  /// sent to it is sent now.
  long positionOf(C connection) {
    requireIdle();
    ShardAudience<C> audience = index.audienceOf(connection);
    if (audience != null) {
      send(audience);
    }
    return position;
  }

  private void gatherToHead() {
    requireIdle();
    if (recent.successor() != null) {
      sendUpTo(Long.MAX_VALUE);
      followSuccession();
    }
    RecentEvents begunIn = recent;
    long target = begunIn.newest();
    // An epoch that begins meanwhile begins at its head.
    while (recent == begunIn && position < target) {
      sendUpTo(Long.MAX_VALUE);
      gather();
    }
  }

  /// Goes to the head of the log's present epoch when it has begun a new one. Connections that stood in the earlier
  /// one have lost their place, and the owner is told to end them. Only called when nothing is left to be sent.
  private void followSuccession() {
    RecentEvents next = recent.successor();
    if (next == null) {
      return;
    }
    while (next != null) {
      recent = next;
      next = recent.successor();
    }
    index.suspendAll();
    takePlace(recent.head());
    learnTypes();
    owner.restarted();
  }

  private void takePlace(RecentEvents.Head head) {
    position = head.position();
    lastOfType = head.lastOfType();
  }

  /// Takes in the types that have come from the log. Only called when nothing is left to be sent: it moves connections
  /// from one audience to another.
  private void learnTypes() {
    TypeTable known = recent.types();
    if (known != index.table()) {
      lastOfType = Arrays.copyOf(lastOfType, known.size());
      delivered.grow(known.size());
      index.learn(known);
    }
  }

  /// Reads on, until the batches have reached their bound or nothing is left. Only called when nothing is left to be
  /// sent.
  private void gather() {
    followSuccession();
    long before = position;
    List<LoggedEvent> page = recent.readIfHeld(position, MAX_TURN_EVENTS, MAX_TURN_JSON_BYTES);
    if (page == null) {
      goToHead(before);
      return;
    }
    learnTypes();
    try {
      long maxBytes = output.maxTurnBytes();
      long bytes = 0;
      for (int i = 0; i < page.size() && bytes < maxBytes; i++) {
        bytes += pass(page.get(i));
      }
    } catch (RuntimeException | Error e) {
      // Some have been given the event and some have not: all go back to where the turn began.
      goToHead(before);
      throw e;
    }
  }

  /// Gives an event to each audience that wants it; what that costs in their batches.
  private long pass(LoggedEvent event) {
    int type = index.table().placeOf(event.event().type());
    position = event.sequence();
    lastOfType[type] = position;
    List<ShardAudience<C>> wanting = index.audiences().ofWhole(type);
    for (ShardAudience<C> audience : wanting) {
      gather(event, audience);
    }
    long count = wanting.size();
    ConditionIndex<ShardAudience<C>> some = index.audiences().ofPart(type);
    if (some != null) {
      count += passInPart(event, type, some);
    }
    return count * ShardAudience.cost(event);
  }

  /// Those whose conditions it does not fulfil are counted without being looked at.
  private long passInPart(LoggedEvent event, int type, ConditionIndex<ShardAudience<C>> some) {
    long[] count = {0, 0};
    some.forEach(
        index.table().values(event),
        audience -> {
          gather(event, audience);
          count[0]++;
          count[1] += audience.members().size();
        });
    filtered.setRelease(filtered.getPlain() + index.audiences().membersOfPart(type) - count[1]);
    return count[0];
  }

  private void gather(LoggedEvent event, ShardAudience<C> audience) {
    if (audience.add(event)) {
      unsent.add(audience);
      unsentCount++;
    }
  }

  /// Leaves what follows a position to the connections, which read the log themselves: reading it here
  /// would hold up the owner. Those whose batches are still to be sent go back to where these began.
  private void goToHead(long after) {
    takePlace(recent.head());
    unsent.clear();
    unsentCount = 0;
    for (ShardAudience<C> audience : index.audiences().all()) {
      if (!audience.interest().types().isEmpty()) {
        ShardAudience.Gathered gathered = audience.take();
        long previous = audience.skipTo(last(audience.interest()));
        if (gathered == null) {
          lag(audience, after, previous);
        } else {
          lag(audience, gathered);
        }
      }
    }
    learnTypes();
  }

  /// Sends batches until a bound is reached.
  private void sendUpTo(long maxBytes) {
    long bytes = 0;
    while (bytes < maxBytes && !unsent.isEmpty()) {
      ShardAudience<C> audience = unsent.remove();
      bytes += audience.gatheredBytes();
      send(audience);
    }
  }

  /// Sends the batch of an audience, if it has one. When that fails, nobody knows who has it: all read it
  /// in the log.
  private void send(ShardAudience<C> audience) {
    ShardAudience.Gathered gathered = audience.take();
    if (gathered == null) {
      return;
    }
    if (--unsentCount == 0) {
      unsent.clear();
    }
    sending = true;
    try {
      if (gathered.previous() == ShardAudience.UNKNOWN) {
        audience.forEachTold((members, told) -> send(gathered.events(), told, members));
      } else {
        send(gathered.events(), gathered.previous(), audience.members());
      }
    } catch (RuntimeException | Error e) {
      owner.failed(e);
      lag(audience, gathered);
    } finally {
      sending = false;
    }
  }

  private void send(List<LoggedEvent> events, long previous, List<C> members) {
    int taken = output.send(new Batch(events, previous), members);
    if (taken > 0) {
      for (LoggedEvent event : events) {
        countDelivered(event, taken);
      }
    }
  }

  private void lag(ShardAudience<C> audience, ShardAudience.Gathered gathered) {
    lag(audience, gathered.events().getFirst().sequence() - 1, gathered.previous());
  }

  private void lag(ShardAudience<C> audience, long after, long previous) {
    if (previous == ShardAudience.UNKNOWN) {
      audience.forEachTold((members, told) -> output.lag(members, after, told));
    } else {
      output.lag(audience.members(), after, previous);
    }
  }

  private void requireIdle() {
    if (sending) {
      throw new IllegalStateException("an output called the shard that is using it");
    }
  }

  /// See [Shard#readPassed].
  @Nullable List<LoggedEvent> readPassed(long after, int maxEvents, int maxBytes) {
    int upToHere = Math.clamp(position - after, 0, maxEvents);
    return upToHere == 0 ? List.of() : recent.readIfHeld(after, upToHere, maxBytes);
  }

  /// So many connections have been handed an event.
  void countDelivered(LoggedEvent event, long connections) {
    delivered.add(index.table().placeOf(event.event().type()), connections);
  }

  /// How many events have been handed to connections, each connection counted. Any thread.
  long delivered() {
    return delivered.sum();
  }

  /// The same of one type, see [TypeCounts#of]. Any thread.
  long delivered(int type) {
    return delivered.of(type);
  }

  /// How many events live connections did not get for their conditions, each connection counted. Any thread.
  long filtered() {
    return filtered.getAcquire();
  }
}
