package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The connections of one event loop, and the one timer that looks after them all.
///
/// Only the event loop's thread may use it.
public final class Connections {

  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
  private static final long TICK_MILLIS = 1_000;

  private final EventLoop eventLoop;
  private final HttpContext context;
  private final Turns turns;
  private final MemoryBudget input;
  private final Service service;
  private final Set<Tickable> members = new HashSet<>();
  private final SparseLog pressed =
      new SparseLog(LOG, Level.WARN, "no memory is left outside the heap for what is not read");
  private final SparseLog usedUp =
      new SparseLog(LOG, Level.WARN, "connections ended: the memory outside the heap is used up");
  private int refusals;

  /// No connections yet.
  public Connections(EventLoop eventLoop, HttpContext context, Service.Factory services) {
    this.eventLoop = eventLoop;
    this.context = context;
    this.input =
        new MemoryBudget(
            "what has come of unfinished messages and requests",
            context.heapShareBytes(HttpLimits.INPUT_PARTS));
    this.turns = new Turns(context::nanoTime, eventLoop, this::later);
    this.service = services.onLoop(this);
  }

  /// Starts the timer. Any thread.
  void start() {
    eventLoop.scheduleAtFixedRate(
        Guard.task("the connections could not be looked after", this::tick),
        TICK_MILLIS,
        TICK_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  /// The event loop that owns all this.
  public EventLoop eventLoop() {
    return eventLoop;
  }

  /// Whose turn it is to have input worked off.
  public Turns turns() {
    return turns;
  }

  /// What may be held of messages and requests that have not come whole.
  public MemoryBudget input() {
    return input;
  }

  /// Ends those who have left the most unread, until about so much has been given back. They can be told nothing: they
  /// take nothing.
  void relieve(long excessBytes) {
    assertOwner();
    List<Unread> byUnread = new ArrayList<>(members.size());
    members.forEach(member -> byUnread.add(new Unread(member, member.unreadBytes())));
    byUnread.sort(Comparator.comparingLong(Unread::bytes).reversed());
    long left = excessBytes;
    for (Unread unread : byUnread) {
      if (left <= 0 || unread.bytes() < HttpLimits.MIN_RELIEF_BYTES) {
        break;
      }
      left -= unread.bytes();
      pressed.note("the one that had left the most was ended: " + unread.bytes() + " bytes");
      Guard.run("a connection could not be closed", unread.member()::cutOff);
    }
  }

  private record Unread(Tickable member, long bytes) {}

  /// A connection ends because there was no memory for what it needed.
  public void noteUsedUp(Throwable failure) {
    usedUp.note(String.valueOf(failure.getMessage()));
  }

  /// Runs a task on the event loop, behind the sockets that are ready. Tasks that make tasks would keep
  /// the loop from its sockets otherwise, for up to a second at a time. Any thread.
  public void later(Runnable task) {
    Runnable guarded = Guard.task("a task of the event loop failed", task);
    if (eventLoop.inEventLoop()) {
      eventLoop.schedule(guarded, 0, TimeUnit.NANOSECONDS);
    } else {
      eventLoop.execute(guarded);
    }
  }

  /// What these connections share with those of other loops.
  public HttpContext context() {
    return context;
  }

  /// The time on a clock that never goes backwards.
  public long nowMillis() {
    return context.nowMillis();
  }

  /// The table of what is served to these connections.
  Routes routes() {
    return service.routes();
  }

  /// Gives a new connection its pipeline, unless there are too many.
  public void accept(Channel channel) {
    if (!context.admit()) {
      refusals++;
      Ends.cut(channel);
      return;
    }
    channel.closeFuture().addListener(closed -> context.dismiss());
    Activity activity = new Activity(this);
    RequestDecoder decoder = new RequestDecoder();
    channel
        .pipeline()
        .addLast(activity)
        .addLast(decoder)
        .addLast(new HttpResponseEncoder())
        .addLast(new HttpConnection(this, activity, decoder));
  }

  /// From now on looks after a connection.
  public void add(Tickable connection) {
    assertOwner();
    members.add(connection);
  }

  /// Looks after a connection no longer.
  public void remove(Tickable connection) {
    assertOwner();
    members.remove(connection);
  }

  /// Looks after every connection, and tells of those that could not be had.
  public void tick() {
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

  /// Takes leave of everyone, the service first.
  public void goAway() {
    assertOwner();
    Guard.run("the last that was accepted could not be delivered", service::goAway);
    forEach(Tickable::goAway);
  }

  /// Closes every connection at once, and ends the service.
  public void end() {
    assertOwner();
    forEach(Tickable::cutOff);
    Guard.run("what is served could not be ended", service::end);
  }

  /// A fault of one connection must not reach the others, nor end the timer.
  private void forEach(Consumer<Tickable> action) {
    for (Tickable connection : List.copyOf(members)) {
      Guard.run("a connection could not be looked after", () -> action.accept(connection));
    }
  }

  private void assertOwner() {
    if (!eventLoop.inEventLoop()) {
      throw new IllegalStateException("not on the event loop that owns this");
    }
  }
}
