package dev.tocsin.hub;

import dev.tocsin.events.Where;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A part of the subscribers, owned by one thread, and itself a cursor on the log's recent part
/// ([ShardCursor]).
///
/// It is woken by one flag, not fed by a queue: a turn reads what there is since the last one, gathers a batch for each
/// audience that wants some of it, and sends each batch once. A busy shard waits a little for more before a turn
/// ([Pace]). A turn ends when its batches together have reached a bound, however many audiences there are; what is left
/// is done in further turns, after whatever else the owner has to do. A shard that was held up for so long that memory
/// has moved on jumps to the head, and sends its connections to the log for what lies between.
///
/// Every change of a subscription first brings the cursor to the head, so that what follows a change
/// is decided by the new subscription and nothing else: the position that is told to the connection
/// is the cursor's. All methods but [#wake] and those that say so belong to the
/// owner, who must not call them while the [ShardOutput] of this shard is at work.
///
/// @param <C> what a connection is to the owner; compared with `equals`
public final class Shard<C> {

  // immutable
  private final ShardOwner owner;
  private final Runnable tellPassed;
  private final LongSupplier nanoTime;

  // owned by the shard's thread
  private final ShardCursor<C> cursor;
  private final Pace pace = new Pace();

  /// The last turn has left something for another.
  private boolean hasMore;

  // written by the shard's thread, read by any
  private volatile ShardFigures figures = ShardFigures.NONE;

  /// Up to where everything has been sent, as far as that was told; 0 after the log has begun a new epoch.
  private volatile long passed;

  // any thread
  private final AtomicBoolean awake = new AtomicBoolean();

  Shard(RecentEvents recent, ShardOwner owner, ShardOutput<C> output) {
    this(recent, owner, output, () -> {}, System::nanoTime);
  }

  /// @param tellPassed called when [#passed] has changed
  /// @param nanoTime by which turns are timed, see [System#nanoTime]
  Shard(
      RecentEvents recent,
      ShardOwner owner,
      ShardOutput<C> output,
      Runnable tellPassed,
      LongSupplier nanoTime) {
    this.owner = owner;
    this.tellPassed = tellPassed;
    this.nanoTime = nanoTime;
    this.cursor = new ShardCursor<>(recent, owner, output);
    this.passed = cursor.position();
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
      owner.execute(guarded(task));
    } catch (RejectedExecutionException e) {
      // The owner has stopped, and with it everyone to whom something could be delivered.
    }
  }

  /// A task that tells the owner of its failure instead of throwing it: an executor that runs tasks after a pause keeps
  /// what they throw in a future that nobody reads.
  private Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        owner.failed(e);
      }
    };
  }

  private void turn() {
    long begin = nanoTime.getAsLong();
    pace.timeTurn(begin);
    int waiting = Math.clamp(cursor.waiting(), 0, ShardCursor.MAX_TURN_EVENTS);
    long pause = hasMore ? 0 : pace.pause(waiting);
    if (pause > 0) {
      // Still awake: what comes meanwhile need not wake it.
      owner.executeAfter(guarded(this::turn), pause);
      return;
    }
    // Before anything that can fail: a shard that stays awake is never woken.
    awake.set(false);
    try {
      cursor.advance();
    } finally {
      hasMore = cursor.hasMore();
      if (hasMore) {
        wake();
      }
    }
    notePassed();
    if (waiting > 0 && pace.turnDone(waiting, begin)) {
      // After the sockets: an owner may gather what a turn writes and hand it to the kernel then.
      hand(this::timeTurn);
    }
  }

  /// Tells how far everything has been sent, once for a turn.
  private void notePassed() {
    long at = cursor.position();
    if (at != passed && !cursor.hasUnsent()) {
      passed = at;
      tellPassed.run();
    }
  }

  /// Up to where every live connection has been handed what it wants. Any thread.
  long passed() {
    return passed;
  }

  /// The log begins a new epoch, in which no position means what it did. Any thread.
  void forgetPassed() {
    passed = 0;
  }

  private void timeTurn() {
    pace.timeTurn(nanoTime.getAsLong());
  }

  /// Delivers all there is, so that the cursor stands at or after every event that was acknowledged
  /// before this call.
  ///
  /// @return the position
  public long catchUp() {
    cursor.catchUp();
    return cursor.position();
  }

  /// The same for one connection: what others are still to be sent may follow in the next turns.
  ///
  /// @return the position, see [#positionOf]
  public long catchUp(C connection) {
    long at = cursor.catchUp(connection);
    if (cursor.hasMore()) {
      wake();
    }
    return at;
  }

  /// The epoch in which the position counts.
  public String epoch() {
    return cursor.recent().epoch();
  }

  /// The sequence of the last event that this shard has passed. Of what lies before, some may still be on its way to
  /// some connections.
  public long position() {
    return cursor.position();
  }

  /// The same, after everything up to there that a connection wants has been handed to it, unless it lags: this is
  /// what it may be told.
  public long positionOf(C connection) {
    return cursor.positionOf(connection);
  }

  /// Lets a connection in that may read everything, and receives it from the returned position on. One that is in
  /// already stays as it is.
  public long join(C connection) {
    long at = catchUp(connection);
    cursor.index().register(connection);
    cursor.index().tell(connection, at);
    publishStats();
    return at;
  }

  /// Lets a connection in, of which it is known from the first what it may read and what it wants of that.
  ///
  /// @param grants `null` for everything
  /// @param patterns `null` for everything
  /// @param where what narrows each of them; `null` for nothing
  /// @return the position from which on it receives events: none is handed to it before this returns
  public long join(
      C connection,
      @Nullable Grants grants,
      @Nullable List<EventPattern> patterns,
      @Nullable Where where) {
    long at = catchUp(connection);
    cursor.index().grant(connection, grants);
    if (patterns != null) {
      cursor.index().subscribe(connection, patterns, where);
    }
    cursor.index().tell(connection, at);
    publishStats();
    return at;
  }

  /// Says what a connection that is in may read from now on. What it wants of that stays as it was.
  ///
  /// @param grants `null` for everything
  /// @return the position from which on it counts
  public long grant(C connection, @Nullable Grants grants) {
    requireIn(connection);
    long at = catchUp(connection);
    cursor.index().grant(connection, grants);
    cursor.index().tell(connection, at);
    publishStats();
    return at;
  }

  /// Lets a connection go; nothing more is handed to it.
  public void leave(C connection) {
    cursor.index().remove(connection);
    publishStats();
  }

  /// A connection is let in by joining alone, where it is said what it may read: none can come in by another way, with
  /// everything.
  private void requireIn(C connection) {
    if (!cursor.index().knows(connection)) {
      throw new IllegalStateException("a connection that has not joined, or has left");
    }
  }

  /// Adds patterns to those of a connection that is in.
  ///
  /// @return the position from which on they count
  public long subscribe(C connection, List<EventPattern> patterns) {
    return subscribe(connection, patterns, null);
  }

  /// The same for patterns each of which is narrowed in the same way. What narrowed those that it holds already counts
  /// no more.
  ///
  /// @param where `null` for everything that they match
  public long subscribe(C connection, List<EventPattern> patterns, @Nullable Where where) {
    requireIn(connection);
    long at = catchUp(connection);
    cursor.index().subscribe(connection, patterns, where);
    cursor.index().tell(connection, at);
    publishStats();
    return at;
  }

  /// How many patterns the connection would hold after subscribing to these as well.
  public int patternCountWith(C connection, List<EventPattern> patterns) {
    return cursor.index().patternCountWith(connection, patterns);
  }

  /// The patterns that a connection holds, in the order in which it subscribed; `null` when it never did, and receives
  /// everything that it may read. None of one that is not in.
  public @Nullable List<Subscribed> subscribed(C connection) {
    return cursor.index().subscribed(connection);
  }

  /// How many comparisons the connection's filters would come to after subscribing to these as well: each value counts
  /// for each type that it narrows. So much work is a change of its subscription.
  ///
  /// @param where `null` for everything that they match
  public long comparisonsWith(C connection, List<EventPattern> patterns, @Nullable Where where) {
    return cursor.index().comparisonsWith(connection, patterns, where);
  }

  /// About how much memory it takes, in bytes, what the connection wants: its patterns, and its share of what it has in
  /// common with others, which grows when they leave.
  public long patternBytes(C connection) {
    return cursor.index().patternBytes(connection);
  }

  /// Takes patterns away; a connection that subscribed before and has none left receives nothing. The
  /// position from which on this counts is [#position].
  ///
  /// @return those that were really removed
  public List<EventPattern> unsubscribe(C connection, List<EventPattern> patterns) {
    long at = catchUp(connection);
    List<EventPattern> removed = cursor.index().unsubscribe(connection, patterns);
    cursor.index().tell(connection, at);
    publishStats();
    return removed;
  }

  /// Takes all patterns of a connection that is in away; it receives nothing until it subscribes again. The position
  /// from which on this counts is [#position].
  ///
  /// @return those that were removed
  public List<EventPattern> silence(C connection) {
    requireIn(connection);
    catchUp(connection);
    List<EventPattern> removed = cursor.index().silence(connection);
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
    cursor.index().suspend(connection);
    publishStats();
    return new Replay<>(this, connection, after, previous);
  }

  /// Whether the connection wants an event now, even one of a type that is unknown here. One that is not in wants none.
  public boolean wants(C connection, LoggedEvent event) {
    SubscriptionIndex<C, ShardAudience<C>> index = cursor.index();
    return index.knows(connection)
        && index.wants(connection, event.event().type(), () -> index.table().values(event));
  }

  /// The types of which the connection receives anything, sorted.
  public List<String> matched(C connection) {
    SubscriptionIndex<C, ShardAudience<C>> index = cursor.index();
    return index.table().publishable(index.typesOf(connection));
  }

  /// The types that the connection's patterns match, and of which it may read nothing, sorted.
  public List<String> denied(C connection) {
    SubscriptionIndex<C, ShardAudience<C>> index = cursor.index();
    return index.table().publishable(index.deniedTo(connection));
  }

  /// What the connection wants now.
  TypeFilter filter(C connection) {
    SubscriptionIndex<C, ShardAudience<C>> index = cursor.index();
    return index.table().filter(index.typesOf(connection));
  }

  /// The epoch in which this shard stands.
  RecentEvents recent() {
    return cursor.recent();
  }

  /// What comes after a position and this shard has passed, or `null` when memory no longer holds it.
  @Nullable List<LoggedEvent> readPassed(long after, int maxEvents, int maxBytes) {
    return cursor.readPassed(after, maxEvents, maxBytes);
  }

  /// Puts a connection that has caught up back onto the live path.
  ///
  /// @param previous what its next event may name as the one before it
  void rejoin(C connection, long previous) {
    cursor.index().restore(connection, previous);
    publishStats();
  }

  /// A connection has been handed an event by itself.
  public void countDelivered(LoggedEvent event) {
    cursor.countDelivered(event, 1);
  }

  private void publishStats() {
    figures = cursor.index().figures();
  }

  /// How many events this shard has handed to connections, each connection counted. Any thread.
  public long delivered() {
    return cursor.delivered();
  }

  /// The connections and patterns of this shard. Any thread.
  public SubscriptionStats subscriptionStats() {
    return figures.subscriptions();
  }

  /// Who belongs to this shard. Any thread.
  ShardFigures figures() {
    return figures;
  }

  /// How many events of a type this shard has handed to connections, each connection counted. Any thread.
  ///
  /// @param type its place in the table; -1 for all that have none
  long delivered(int type) {
    return cursor.delivered(type);
  }

  /// How many events live connections did not get for their conditions, each connection counted. Any thread.
  long filtered() {
    return cursor.filtered();
  }
}
