package dev.tocsin.app;

import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.bridges.hub.HubCursor;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.bridges.hub.Wanted;
import dev.tocsin.client.ClientListener;
import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.Position;
import dev.tocsin.client.SubscriptionOutcome;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.JsonMembers;
import dev.tocsin.events.WebSocketEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A cursor on the log of a hub over the network: a connection that goes on where the one before was, and a page in memory.
///
/// While the page is full, nothing more is read from the hub, which keeps the rest in its log. A bridge that does not ask for
/// [#MAX_BLOCK_MILLIS] has its connection closed, and another one when it asks again. For one thread at a time, but [#newest]
/// and [#close].
final class RemoteCursor implements HubCursor {

  /// The largest page: events, and their JSON in bytes; one event fits, whatever its size.
  static final int MAX_EVENTS = 256;

  static final int MAX_BYTES = 256 * 1024;

  /// How long the connection may be kept from reading. A client that is kept for a minute loses it.
  static final int MAX_BLOCK_MILLIS = 15_000;

  /// What is said of the connection, not of the event: bridges send the same wherever they run.
  private static final Set<String> OF_CONNECTION = Set.of("previous", "initial");

  // immutable
  private final RemoteHub hub;
  private final ClientOptions options;
  private final Wanted wanted;
  private final int maxBlockMillis;

  // guarded by this
  private final Deque<Step> steps = new ArrayDeque<>();
  private int events;
  private int bytes;
  private @Nullable HubPosition position;
  private @Nullable Connection connection;
  private @Nullable String fault;
  private boolean warned;
  private boolean closed;

  private volatile long newest;

  /// @param options that subscribe to what is wanted
  /// @param after `null` for what comes from now on
  RemoteCursor(RemoteHub hub, ClientOptions options, Wanted wanted, @Nullable HubPosition after) {
    this(hub, options, wanted, after, MAX_BLOCK_MILLIS);
  }

  /// @param maxBlockMillis how long the connection may be kept from reading
  RemoteCursor(
      RemoteHub hub,
      ClientOptions options,
      Wanted wanted,
      @Nullable HubPosition after,
      int maxBlockMillis) {
    this.hub = hub;
    this.options = options;
    this.wanted = wanted;
    this.position = after;
    this.maxBlockMillis = maxBlockMillis;
  }

  /// One connection; what it tells counts as long as it is the present one. Called by its client, one call at a time.
  private final class Connection implements ClientListener, AutoCloseable {

    private final TocsinClient client;

    Connection(ClientOptions from) {
      client = new TocsinClient(from, this);
    }

    void open() {
      client
          .connectPatiently()
          .whenComplete((begin, failure) -> {
            if (isPresent()) {
              hub.refuse(failure);
            }
          });
    }

    boolean isPresent() {
      synchronized (RemoteCursor.this) {
        return connection == this;
      }
    }

    @Override
    public void onConnected(Position begin, @Nullable Position before) {
      connected(this, new HubPosition(begin.epoch(), begin.sequence()));
    }

    @Override
    public void onPosition(Position reached, long end) {
      newest = Math.max(end, reached.sequence());
      passed(this, new HubPosition(reached.epoch(), reached.sequence()));
    }

    @Override
    public void onEvent(WebSocketEvent event, String json) {
      Long sequence = event.sequence();
      if (sequence != null) {
        byte[] envelope = JsonMembers.without(OF_CONNECTION, json.getBytes(StandardCharsets.UTF_8));
        arrived(this, new FollowedEvent(sequence, event.type(), envelope));
      }
    }

    @Override
    public void onUnreadable(@Nullable Long sequence, String json, String problem) {
      if (sequence != null) {
        lost(this, sequence, sequence);
      }
    }

    @Override
    public void onGap(long from, long to) {
      lost(this, from, to);
    }

    @Override
    public void onDisconnected(int code, String reason, @Nullable Duration retryIn) {
      if (isPresent()) {
        if (retryIn == null) {
          hub.refuse(reason);
        }
        disconnected(this, reason);
      }
    }

    @Override
    public void onError(String code, String message) {
      hub.say(code + ": " + message);
    }

    @Override
    public void close() {
      client.close();
    }
  }

  private synchronized void connected(Connection source, HubPosition begin) {
    if (connection != source) {
      return;
    }
    fault = null;
    HubPosition before = position;
    position = begin;
    if (before == null) {
      newest = begin.sequence(); // it begins where the log ends
    }
    if (before == null
        || (before.epoch().equals(begin.epoch()) && before.sequence() <= begin.sequence())) {
      add(new Step.Events(List.of(), begin));
    } else {
      newest = begin.sequence();
      add(new Step.Restarted(begin));
    }
    if (!warned) {
      warned = true;
      warn(source.client);
    }
  }

  /// Asks once more: only the answer to a subscription names patterns that match nothing, or of which nothing may be read.
  private void warn(TocsinClient client) {
    (wanted.where() == null
            ? client.subscribe(wanted.patterns())
            : client.subscribe(wanted.patterns(), wanted.where()))
        .thenAccept(outcome -> {
          if (outcome instanceof SubscriptionOutcome.Acknowledged acknowledged) {
            acknowledged
                .warnings()
                .forEach(warning ->
                    hub.say("note: the pattern " + warning.pattern() + " " + warning.message()));
          }
        });
  }

  private synchronized void passed(Connection source, HubPosition reached) {
    HubPosition before = position;
    if (connection == source && before != null && reached.sequence() > before.sequence()) {
      position = reached;
      add(new Step.Events(List.of(), reached));
    }
  }

  private void arrived(Connection source, FollowedEvent event) {
    if (!makeRoom(source, event.envelope().length)) {
      return;
    }
    synchronized (this) {
      HubPosition before = position;
      if (connection == source && before != null) {
        newest = Math.max(newest, event.sequence());
        HubPosition after = new HubPosition(before.epoch(), event.sequence());
        position = after;
        add(new Step.Events(List.of(event), after));
      }
    }
  }

  private void lost(Connection source, long from, long to) {
    if (!makeRoom(source, 0)) {
      return;
    }
    synchronized (this) {
      HubPosition before = position;
      if (connection == source && before != null) {
        HubPosition after = new HubPosition(before.epoch(), Math.max(to, before.sequence()));
        position = after;
        add(new Step.Lost(from, to, after));
      }
    }
  }

  private synchronized void disconnected(Connection source, String reason) {
    if (connection == source) {
      fault = reason;
      if (!(steps.peekLast() instanceof Step.Unavailable)) {
        add(new Step.Unavailable(reason));
      }
    }
  }

  /// Holds a connection up until there is room for an event.
  ///
  /// @return whether there is; otherwise the connection counts no more
  private boolean makeRoom(Connection source, int size) {
    long end = System.nanoTime() + maxBlockMillis * 1_000_000L;
    synchronized (this) {
      while (connection == source && isFull(size)) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          connection = null; // the page is kept; what follows it is asked for again
          break;
        }
        try {
          wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      if (connection == source) {
        return true;
      }
    }
    source.close();
    return false;
  }

  private boolean isFull(int size) {
    return events >= MAX_EVENTS || (events > 0 && bytes + size > MAX_BYTES);
  }

  /// Of steps without events that follow each other, the last one counts.
  private synchronized void add(Step step) {
    if (isEmpty(step) && isEmpty(steps.peekLast())) {
      steps.removeLast();
    }
    steps.add(step);
    count(step, 1);
    notifyAll();
  }

  private synchronized Step remove() {
    Step first = steps.remove();
    count(first, -1);
    notifyAll();
    return first;
  }

  /// Counts what is held: `1` for what has come, `-1` for what has gone.
  private synchronized void count(Step step, int sign) {
    switch (step) {
      case Step.Events some -> {
        events += sign * some.events().size();
        for (FollowedEvent event : some.events()) {
          bytes += sign * event.envelope().length;
        }
      }
      case Step.Lost lost -> events += sign;
      case Step.Restarted restarted -> {}
      case Step.Unavailable unavailable -> {}
    }
  }

  private static boolean isEmpty(@Nullable Step step) {
    return step instanceof Step.Events some && some.events().isEmpty();
  }

  @Override
  public synchronized Step next(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + Math.clamp(atMost.toMillis(), 0, 86_400_000L) * 1_000_000;
    if (connection == null && steps.isEmpty() && !closed) {
      open();
    }
    while (steps.isEmpty() && !closed) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        break;
      }
      wait(left);
    }
    if (steps.isEmpty()) {
      String why = fault;
      HubPosition at = position;
      return at == null || (why != null && !closed)
          ? new Step.Unavailable(why == null ? "the hub has not answered yet" : why)
          : new Step.Events(List.of(), at);
    }
    return steps.peek() instanceof Step.Events ? page() : remove();
  }

  /// Everything up to the first step of another kind, which is a page at most.
  private synchronized Step page() {
    List<FollowedEvent> some = new ArrayList<>();
    HubPosition upTo = null;
    while (steps.peek() instanceof Step.Events next) {
      some.addAll(next.events());
      upTo = next.upTo();
      remove();
    }
    if (upTo == null) {
      throw new IllegalStateException("no page");
    }
    return new Step.Events(some, upTo);
  }

  private synchronized void open() {
    HubPosition from = position;
    Connection opened =
        new Connection(
            from == null
                ? options
                : options.withSince(new Position(from.epoch(), from.sequence())));
    connection = opened;
    fault = "the connection to the hub is being opened";
    opened.open();
  }

  /// Whether there is a connection that goes on by itself.
  synchronized boolean isConnected() {
    return connection != null;
  }

  @Override
  public long newest() {
    return newest;
  }

  @Override
  public void close() {
    Connection last;
    synchronized (this) {
      closed = true;
      last = connection;
      connection = null;
      notifyAll();
    }
    if (last != null) {
      last.close();
    }
  }
}
