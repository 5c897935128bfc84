package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A part of the subscribers, owned by one thread, and itself a cursor on the log's recent part.
///
/// It is woken by one flag, not fed by a queue: a turn reads all there is since the last one, hands
/// each event to the audiences that want it, and lets each audience write once. A busy one waits a little
/// for more before it begins ([Pace]). A turn that has much to read ends after a slice and is continued
/// behind whatever else its owner has to do. One that was held up for so long that memory has moved on
/// jumps to the head, and sends its connections to the log for what lies between.
///
/// Every change of a subscription first brings the cursor to the head, so that what follows a change
/// is decided by the new subscription and nothing else: the position that is told to the connection
/// is the cursor's. All methods but [#wake], [#delivered] and [#subscriptionStats] belong to the
/// owner, who must not call them while an [AudienceOutput] of this shard is at work.
///
/// @param <C> what a connection is to the owner; compared with `equals`
public final class Shard<C> {

  private static final int SLICE_EVENTS = 1_024;
  private static final int SLICE_BYTES = 1 << 20;

  // immutable
  private final RecentEvents recent;
  private final ShardOwner owner;

  // owned by the shard's thread
  private final SubscriptionIndex<C, ShardAudience<C>> index;
  private final Pace pace = new Pace();
  private final List<ShardAudience<C>> touched = new ArrayList<>();
  private final long[] lastOfType;
  private long position;
  private boolean delivering;

  /// The last turn could not deliver all there was.
  private boolean isBehind;

  // written by the shard's thread, read by any
  private final AtomicLong delivered = new AtomicLong();
  private volatile SubscriptionStats subscriptionStats = SubscriptionStats.NONE;

  // any thread
  private final AtomicBoolean awake = new AtomicBoolean();

  Shard(TypeTable types, RecentEvents recent, ShardOwner owner, AudienceOutput.Factory<C> outputs) {
    this.recent = recent;
    this.owner = owner;
    RecentEvents.Head head = recent.head();
    this.lastOfType = head.lastOfType();
    this.position = head.position();
    this.index =
        new SubscriptionIndex<>(
            types, (set, size) -> new ShardAudience<>(set, size, outputs.create(), last(set)));
  }

  /// The last event of any of these types that this shard has passed.
  private long last(TypeSet set) {
    long[] last = {0};
    set.forEach(type -> last[0] = Math.max(last[0], lastOfType[type]));
    return last[0];
  }

  /// Says that there may be something to deliver. Cheap, and any thread may say it. A shard whose
  /// owner takes no more tasks sleeps on.
  void wake() {
    if (awake.compareAndSet(false, true)) {
      hand(this::turn);
    }
  }

  private void hand(Runnable task) {
    try {
      owner.execute(task);
    } catch (RejectedExecutionException e) {
      // The owner has stopped, and with it everyone to whom something could be delivered.
    }
  }

  private void turn() {
    timeTurn();
    int waiting = Math.clamp(recent.newest() - position, 0, SLICE_EVENTS);
    long pause = isBehind ? 0 : pace.pause(waiting);
    if (pause > 0) {
      // Still awake: what comes meanwhile need not wake it.
      owner.executeAfter(this::turn, pause);
      return;
    }
    // Before anything that can fail: a shard that stays awake is never woken.
    awake.set(false);
    requireIdle();
    long begin = System.nanoTime();
    try {
      slice();
    } finally {
      isBehind = position < recent.newest();
      if (isBehind) {
        wake();
      }
    }
    if (waiting > 0 && pace.turnDone(waiting, begin)) {
      // Behind the sockets: an owner may gather what a turn writes and hand it to the kernel then.
      hand(this::timeTurn);
    }
  }

  private void timeTurn() {
    pace.timeTurn(System.nanoTime());
  }

  /// Delivers a slice of what there is.
  private void slice() {
    delivering = true;
    try {
      long before = position;
      List<LoggedEvent> page = recent.readIfHeld(position, SLICE_EVENTS, SLICE_BYTES);
      if (page == null) {
        goToHead(before);
      } else {
        deliver(page, before);
        flush(before);
      }
    } finally {
      delivering = false;
    }
  }

  private void deliver(List<LoggedEvent> page, long before) {
    try {
      page.forEach(this::deliver);
    } catch (RuntimeException | Error e) {
      // Some have got the event and some have not: all go back to where the turn began.
      touched.clear();
      goToHead(before);
      throw e;
    }
  }

  /// Leaves what follows a position to the connections, who read the log for themselves: reading it here
  /// would hold up the owner.
  private void goToHead(long after) {
    RecentEvents.Head head = recent.head();
    position = head.position();
    System.arraycopy(head.lastOfType(), 0, lastOfType, 0, lastOfType.length);
    for (ShardAudience<C> audience : index.audiences()) {
      if (!audience.types().isEmpty()) {
        audience.fallBehind(after, last(audience.types()));
      }
    }
  }

  private void deliver(LoggedEvent event) {
    int type = recent.placeOf(event);
    position = event.sequence();
    lastOfType[type] = position;
    for (ShardAudience<C> audience : index.audiencesOf(type)) {
      if (audience.add(event)) {
        touched.add(audience);
      }
    }
  }

  private void flush(long before) {
    long count = 0;
    try {
      while (!touched.isEmpty()) {
        count += touched.removeLast().flush(before);
      }
    } finally {
      countDelivered(count);
      if (!touched.isEmpty()) {
        // One has failed: what the others were handed belongs to this turn.
        flush(before);
      }
    }
  }

  private void requireIdle() {
    if (delivering) {
      throw new IllegalStateException("an output called the shard that is using it");
    }
  }

  /// Delivers all there is, so that the cursor stands at or behind every event that was acknowledged
  /// before this call.
  ///
  /// @return the position
  public long catchUp() {
    requireIdle();
    long target = recent.newest();
    while (position < target) {
      slice();
    }
    return position;
  }

  /// The sequence of the last event that this shard has passed.
  public long position() {
    return position;
  }

  /// Lets a connection in, which receives everything from the returned position on. One that is in
  /// already stays as it is.
  public long join(C connection) {
    long at = catchUp();
    index.register(connection);
    publishStats();
    return at;
  }

  /// Lets a connection go; nothing more is handed to it.
  public void leave(C connection) {
    requireIdle();
    index.remove(connection);
    publishStats();
  }

  /// Adds patterns to those of a connection, letting it in where needed.
  ///
  /// @return the position from which on they count
  public long subscribe(C connection, List<EventPattern> patterns) {
    long at = catchUp();
    index.subscribe(connection, patterns);
    publishStats();
    return at;
  }

  /// How many patterns the connection would hold after subscribing to these as well.
  public int patternCountWith(C connection, List<EventPattern> patterns) {
    return index.patternCountWith(connection, patterns);
  }

  /// About how much memory the connection's patterns take, in bytes.
  public long patternBytes(C connection) {
    return index.patternBytes(connection);
  }

  /// Takes patterns away; a connection that subscribed before and has none left receives nothing. The
  /// position from which on this counts is [#position].
  ///
  /// @return those that were really removed
  public List<EventPattern> unsubscribe(C connection, List<EventPattern> patterns) {
    catchUp();
    List<EventPattern> removed = index.unsubscribe(connection, patterns);
    publishStats();
    return removed;
  }

  /// Takes all patterns away; the connection receives nothing until it subscribes again. The position
  /// from which on this counts is [#position].
  ///
  /// @return those that were removed
  public List<EventPattern> silence(C connection) {
    catchUp();
    List<EventPattern> removed = index.silence(connection);
    publishStats();
    return removed;
  }

  /// Takes a connection off the live path and has it read the log for itself, from a position on,
  /// with the patterns that it holds then. To be called between turns.
  ///
  /// @param after the position from which on
  /// @param previous what the next event's `previous` is: a position that the connection was told, or
  ///     the last event it was handed
  public Replay<C> replay(C connection, long after, long previous) {
    requireIdle();
    index.suspend(connection);
    return new Replay<>(this, connection, after, previous);
  }

  boolean wants(C connection, LoggedEvent event) {
    return index.typesOf(connection).contains(recent.placeOf(event));
  }

  /// What follows a position, not beyond this shard's own, or `null` when memory no longer holds it.
  @Nullable List<LoggedEvent> readBehind(long after, int maxEvents, int maxBytes) {
    int upToHere = Math.clamp(position - after, 0, maxEvents);
    return upToHere == 0 ? List.of() : recent.readIfHeld(after, upToHere, maxBytes);
  }

  /// Puts a connection that has caught up back onto the live path.
  void rejoin(C connection) {
    requireIdle();
    index.restore(connection);
  }

  void countDelivered(long count) {
    delivered.setRelease(delivered.getPlain() + count);
  }

  private void publishStats() {
    subscriptionStats = index.stats();
  }

  /// How many events this shard has handed to connections, each connection counted. Any thread.
  public long delivered() {
    return delivered.getAcquire();
  }

  /// The connections and patterns of this shard. Any thread.
  public SubscriptionStats subscriptionStats() {
    return subscriptionStats;
  }
}
