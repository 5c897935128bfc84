package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
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

  /// From one look at the connections to the next.
  static final long TICK_MILLIS = 1_000;

  /// How long such a look goes on before others are served.
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  /// What a new connection counts as, for the time that the loop takes to accept and to end it.
  static final long CONNECTION_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final EventLoop eventLoop;
  private final LoopTasks tasks;
  private final HttpContext context;
  private final AttendedTime time;
  private final Turns turns;
  private final Allowances allowances;
  private final MemoryBudget input;
  private final Service service;
  private final Set<Tickable> members = new HashSet<>();
  private final SparseLog pressed =
      new SparseLog(LOG, Level.WARN, "no memory is left outside the heap for what is not read");
  private final SparseLog usedUp =
      new SparseLog(LOG, Level.WARN, "connections ended: the memory outside the heap is used up");
  private int refusals;

  /// Whether a look at every connection is under way.
  private boolean looking;

  /// No connections yet.
  public Connections(EventLoop eventLoop, HttpContext context, Service.Factory services) {
    this.eventLoop = eventLoop;
    this.tasks = new LoopTasks(eventLoop);
    this.context = context;
    this.time = new AttendedTime(context::nanoTime);
    this.input =
        new MemoryBudget(
            "what has come of unfinished messages and requests",
            context.heapShareBytes(HttpLimits.INPUT_PARTS));
    this.turns =
        new Turns(
            context::nanoTime,
            eventLoop,
            tasks::later,
            (task, nanos) -> tasks.after(task, nanos, TimeUnit.NANOSECONDS));
    this.allowances = new Allowances(context::nanoTime);
    this.service = services.onLoop(this);
  }

  /// Starts the timer. Any thread.
  void start() {
    tasks.every(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// The event loop that owns all this.
  public EventLoop eventLoop() {
    return eventLoop;
  }

  /// The tasks of that event loop.
  public LoopTasks tasks() {
    return tasks;
  }

  /// Whose turn it is to have input worked off.
  public Turns turns() {
    return turns;
  }

  /// How much of the loop's time everyone may have.
  public Allowances allowances() {
    return allowances;
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

  /// What these connections share with those of other loops.
  public HttpContext context() {
    return context;
  }

  /// The time by which the deadlines of connections are judged, see [AttendedTime].
  public long nowMillis() {
    return time.nowMillis();
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
    // Also of one that is cut at once: it has cost as much.
    Allowance allowance = allowance(channel);
    boolean tooMany = isTooMany(channel);
    if (!channel.isOpen()) {
      return;
    }
    Activity activity = new Activity(this, allowance);
    RequestDecoder decoder = new RequestDecoder();
    HttpConnection connection = new HttpConnection(this, activity, decoder, tooMany);
    Tls tls = context.tls();
    if (tls != null) {
      channel.pipeline().addLast(new TlsDoor(tls, this, connection));
    }
    channel
        .pipeline()
        .addLast(activity)
        .addLast(decoder)
        .addLast(new HttpResponseEncoder())
        .addLast(connection);
  }

  /// Under whom it is counted until it is known whose connection it is. A proxy is not to blame for those it speaks for.
  private Allowance allowance(Channel channel) {
    InetAddress from = PeerAddress.host(channel);
    if (context.addressRules().proxies().trusts(from)) {
      return allowances.free();
    }
    Allowance allowance = allowances.enterStranger(Payer.of("", from));
    allowance.spend(CONNECTION_NANOS);
    if (allowance.isInDebt()) {
      context.noteIndebted();
    }
    channel.closeFuture().addListener(closed -> allowances.leaveStranger(allowance));
    return allowance;
  }

  /// Whether there are more connections from where this one comes than may be: it is told so when it asks for something,
  /// or, when there are twice as many, cut.
  private boolean isTooMany(Channel channel) {
    int most = context.addressRules().maxConnections();
    InetAddress from = PeerAddress.host(channel);
    if (most == 0 || context.addressRules().proxies().trusts(from)) {
      return false;
    }
    int count = context.addresses().enter(from);
    channel.closeFuture().addListener(closed -> context.addresses().leave(from));
    if (count > 2 * most) {
      refusals++;
      Ends.cut(channel);
    }
    return count > most;
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

  /// Looks after every connection, and tells of those that could not be had. After a stretch in which nobody was looked
  /// after, this is left to the next tick: what the clients have sent meanwhile is read first.
  public void tick() {
    long lateMillis = time.tick();
    if (lateMillis > 0) {
      LOG.atWarn()
          .addKeyValue("millis", lateMillis)
          .log("the process did not run for a while; every deadline is later by as much");
      return;
    }
    if (refusals > 0) {
      LOG.atWarn()
          .addKeyValue("count", refusals)
          .addKeyValue("max_connections", context.maxConnections())
          .log("connections refused");
      refusals = 0;
    }
    context.refusals().tellRest();
    allowances.forgetPaid();
    if (!looking) {
      looking = true;
      lookAfter(List.copyOf(members).iterator(), nowMillis());
    }
  }

  /// Goes on with a look at every connection, for [#LOOK_NANOS] at a time: thousands take longer than others may wait.
  private void lookAfter(Iterator<Tickable> rest, long nowMillis) {
    long end = context.nanoTime() + LOOK_NANOS;
    while (rest.hasNext() && context.nanoTime() - end < 0) {
      Tickable next = rest.next();
      if (members.contains(next)) {
        tasks.now(() -> next.tick(nowMillis));
      }
    }
    looking = rest.hasNext();
    if (looking) {
      tasks.later(() -> lookAfter(rest, nowMillis));
    }
  }

  /// Takes leave of everyone, the service first.
  public void goAway() {
    assertOwner();
    tasks.now(service::goAway);
    forEach(Tickable::goAway);
  }

  /// Closes every connection at once, and ends the service.
  public void end() {
    assertOwner();
    forEach(Tickable::cutOff);
    tasks.now(service::end);
  }

  /// A failure of one connection must not reach the others, nor end the timer.
  public void forEach(Consumer<Tickable> action) {
    for (Tickable connection : List.copyOf(members)) {
      tasks.now(() -> action.accept(connection));
    }
  }

  private void assertOwner() {
    if (!eventLoop.inEventLoop()) {
      throw new IllegalStateException("not on the event loop that owns this");
    }
  }
}
