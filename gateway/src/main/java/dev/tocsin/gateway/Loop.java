package dev.tocsin.gateway;

import dev.tocsin.hub.Shard;
import dev.tocsin.hub.ShardOwner;
import io.netty.channel.EventLoop;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything that belongs to one event loop: its shard of the hub, its connections, and the one
/// timer that looks after them all.
///
/// Only the event loop's thread may use it.
final class Loop {

  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
  private static final long TICK_MILLIS = 1_000;

  /// A connection that is looked after once a second.
  interface Tickable {

    /// Closes what has been silent for too long, sends what is due.
    void tick(long nowMillis);

    /// The server is stopping: finish what was accepted, say goodbye.
    void goAway();

    /// Closes the connection at once, whatever it is doing.
    void cutOff();

    /// The log has begun a new epoch.
    default void restarted() {}
  }

  private final EventLoop eventLoop;
  private final GatewayContext context;
  private final Shard<WebSocketConnection> shard;
  private final ReplayTurns replayTurns;
  private final Publishes publishes;
  private final Deflation deflation;
  private final Set<Tickable> connections = new HashSet<>();
  private int refusals;

  Loop(EventLoop eventLoop, GatewayContext context) {
    this.eventLoop = eventLoop;
    this.context = context;
    this.replayTurns = new ReplayTurns(this::later, context.replayRoom());
    this.publishes = new Publishes(context.hub(), eventLoop);
    this.deflation = new Deflation(context.deflateThresholdBytes());
    this.shard = context.hub().newShard(new Owner(), () -> new AudienceBatch(deflation.deflater()));
  }

  /// The event loop as the owner of the shard.
  private final class Owner implements ShardOwner {

    @Override
    public void execute(Runnable task) {
      later(task);
    }

    @Override
    public void executeAfter(Runnable task, long nanos) {
      eventLoop.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void restarted() {
      eventLoop.execute(() -> forEach(Tickable::restarted));
    }
  }

  /// Runs a task on the event loop, behind the sockets that are ready. Tasks that make tasks would keep
  /// the loop from its sockets otherwise, for up to a second at a time.
  private void later(Runnable task) {
    if (eventLoop.inEventLoop()) {
      eventLoop.schedule(task, 0, TimeUnit.NANOSECONDS);
    } else {
      eventLoop.execute(task);
    }
  }

  void start() {
    eventLoop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// Looks after every connection, and tells of those that could not be had.
  void tick() {
    if (refusals > 0) {
      LOG.atWarn()
          .addKeyValue("count", refusals)
          .addKeyValue("max_connections", context.maxConnections())
          .log("connections refused");
      refusals = 0;
    }
    long now = nowMillis();
    forEach(connection -> connection.tick(now));
  }

  /// The time on a clock that never goes backwards.
  long nowMillis() {
    return context.nowMillis();
  }

  Shard<WebSocketConnection> shard() {
    return shard;
  }

  Deflation deflation() {
    return deflation;
  }

  ReplayTurns replayTurns() {
    return replayTurns;
  }

  Publishes publishes() {
    return publishes;
  }

  void add(Tickable connection) {
    assertOwner();
    connections.add(connection);
  }

  /// A connection was refused because there were too many.
  void noteRefusal() {
    assertOwner();
    refusals++;
  }

  void remove(Tickable connection) {
    assertOwner();
    connections.remove(connection);
  }

  /// Has every event that was accepted delivered, then takes leave of everyone.
  void goAway() {
    assertOwner();
    shard.catchUp();
    forEach(Tickable::goAway);
  }

  /// Closes every connection at once, and gives the shard back.
  void end() {
    assertOwner();
    forEach(Tickable::cutOff);
    context.hub().removeShard(shard);
  }

  /// A fault of one connection must not reach the others, nor end the timer.
  private void forEach(Consumer<Tickable> action) {
    for (Tickable connection : List.copyOf(connections)) {
      try {
        action.accept(connection);
      } catch (RuntimeException | Error e) {
        LOG.atError().setCause(e).log("a connection could not be looked after");
      }
    }
  }

  private void assertOwner() {
    if (!eventLoop.inEventLoop()) {
      throw new IllegalStateException("not on the event loop that owns this");
    }
  }
}
