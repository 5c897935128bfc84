package dev.tocsin.server;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.InvalidEventException;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.gateway.Gateway;
import dev.tocsin.http.IpLiteral;
import dev.tocsin.http.StartFailedException;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A whole server, put together: catalog, log, hub and gateway, in this process.
///
/// ```java
/// try (TocsinServer server = TocsinServer.builder().port(0).start()) {
///   server.follow(AlertCreatedPayload.class, (alert, event) -> ring(alert.severity()));
///   server.publish(new AlertDeletedPayload("a-17", "duplicate")).join();
/// }
/// ```
///
/// It runs from [ServerBuilder#start] to [#close]. Any thread may call anything.
public final class TocsinServer implements AutoCloseable {

  /// How many followings there may be at once.
  public static final int MAX_FOLLOWINGS = 256;

  /// How long [#close] waits for those who are connected.
  public static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private static final Duration LONGEST_STOP = Duration.ofDays(1);

  /// How long before the end of a stop the last requests are answered.
  private static final Duration LAST_ANSWERS = Duration.ofMillis(1_500);

  private final EventLog log;
  private final Hub hub;
  private final Gateway gateway;
  private final String scheme;
  private final Runnable last;
  private final Set<Following> followings = ConcurrentHashMap.newKeySet();
  private final Semaphore room = new Semaphore(MAX_FOLLOWINGS);
  private final AtomicBoolean stopped = new AtomicBoolean();

  private TocsinServer(EventLog log, Hub hub, Gateway gateway, String scheme, Runnable last) {
    this.log = log;
    this.hub = hub;
    this.gateway = gateway;
    this.scheme = scheme;
    this.last = last;
  }

  /// Begins to say what a server is like. With nothing else said it listens on `http://127.0.0.1:8080`, asks nobody who he is,
  /// and keeps its log in memory.
  public static ServerBuilder builder() {
    return new ServerBuilder();
  }

  /// Starts a server from its parts. Where that fails the log is closed.
  ///
  /// @throws StartFailedException when the port is not to be had or the transport does not work here
  public static TocsinServer start(ServerParts parts) throws StartFailedException {
    return start(parts, () -> {});
  }

  /// @param last what is done when everything has ended
  static TocsinServer start(ServerParts parts, Runnable last) throws StartFailedException {
    TocsinServer server = null;
    Hub hub = null;
    try {
      hub = new Hub(parts.catalog(), parts.log(), parts.clock(), parts.recentBytes());
      String scheme = parts.settings().tls() == null ? "http" : "https";
      Gateway gateway = Gateway.start(hub, parts.settings(), parts.clock());
      server = new TocsinServer(parts.log(), hub, gateway, scheme, last);
      return server;
    } finally {
      if (server == null) {
        if (hub != null) {
          hub.close();
        }
        parts.log().close();
      }
    }
  }

  /// The way in for events of this process, and what else can be asked of them.
  public Hub hub() {
    return hub;
  }

  /// The hub on the network.
  public Gateway gateway() {
    return gateway;
  }

  /// The event types that can be published.
  public EventCatalog catalog() {
    return hub.catalog();
  }

  /// Where it listens, for instance `http://127.0.0.1:8080`.
  public String url() {
    return IpLiteral.url(scheme, gateway.address());
  }

  /// Where a client of this machine finds it: the same, or the loopback address where it listens on all addresses.
  public URI uri() {
    InetSocketAddress address = gateway.address();
    return URI.create(
        address.getAddress().isAnyLocalAddress()
            ? IpLiteral.url(
                scheme, new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort()))
            : url());
  }

  /// Whether it has not been stopped, can still serve everybody, and its log may still take events.
  public boolean isAlive() {
    return !stopped.get() && gateway.isAlive() && log.isAlive();
  }

  /// Publishes an event around a payload record, see [EventCatalog#createEvent(Record)]. Its timestamp is the server's.
  ///
  /// @return what came of it; a payload that does not fit its schema is [PublishResult.Refused], with every fault
  /// @throws IllegalArgumentException when no event type of the catalog has such a payload
  public CompletableFuture<PublishResult> publish(Record payload) {
    try {
      WebSocketEvent event = catalog().createEvent(payload);
      return publish(
          new WebSocketEvent(event.type(), event.payload(), null, null, null, null, null));
    } catch (InvalidEventException e) {
      hub.countRefused(typesOf(payload.getClass()).getFirst(), e.rejection());
      return CompletableFuture.completedFuture(new PublishResult.Refused(e.rejection()));
    }
  }

  /// The event types with this payload, the first of which is that of [#publish(Record)].
  private List<String> typesOf(Class<? extends Record> payload) {
    return catalog().eventTypesByPayload(payload).stream().map(EventType::name).toList();
  }

  /// Publishes an event. Without a timestamp it gets the server's.
  ///
  /// @return what came of it, once it is safe in the log or refused; completed on a thread that must not be blocked. It may
  ///     close the server
  public CompletableFuture<PublishResult> publish(WebSocketEvent event) {
    return hub.publish(PublishCommand.of(event));
  }

  /// Hands on, within this process, what is published after this has returned.
  ///
  /// @param patterns which types are wanted, for instance `alert.*`; none for all
  /// @throws IllegalArgumentException when one of them is no pattern
  /// @throws IllegalStateException when there are [#MAX_FOLLOWINGS] already, or the server has been stopped
  public Following follow(List<String> patterns, EventFollower follower) {
    return begin(patterns, null, follower);
  }

  /// The same, beginning with what is in the log after a sequence.
  ///
  /// @param after 0 for all that the log has
  public Following follow(List<String> patterns, long after, EventFollower follower) {
    return begin(patterns, after, follower);
  }

  /// The same for all events whose payload is this record.
  ///
  /// @throws IllegalArgumentException when no event type of the catalog has such a payload
  public <R extends Record> Following follow(Class<R> payload, PayloadFollower<R> follower) {
    Objects.requireNonNull(follower, "follower");
    List<String> types = typesOf(payload);
    if (types.isEmpty()) {
      throw new IllegalArgumentException(
          "no event type of the catalog has the payload " + payload.getName());
    }
    return begin(types, null, event -> follower.onEvent(event.payload(payload), event));
  }

  private Following begin(List<String> patterns, @Nullable Long after, EventFollower follower) {
    Objects.requireNonNull(follower, "follower");
    List<EventPattern> compiled = patterns.stream().map(EventPattern::of).toList();
    if (stopped.get()) {
      throw new IllegalStateException("the server has been stopped");
    }
    if (!room.tryAcquire()) {
      throw new IllegalStateException("there are " + MAX_FOLLOWINGS + " followings already");
    }
    Following following =
        Following.start(hub, compiled.isEmpty() ? null : compiled, after, follower, this::hasEnded);
    followings.add(following);
    if (stopped.get()) {
      following.close(); // nobody else may have seen it
    }
    return following;
  }

  private void hasEnded(Following following) {
    followings.remove(following);
    room.release();
  }

  /// Ends what can still be ended when the network cannot.
  public void abandon() {
    log.close();
  }

  /// Stops in good order: no new connections, requests under way are answered, what was accepted is delivered, also to
  /// followers in this process; then the log is closed. Blocks until that is done, the delivery for `limit` at the longest. A
  /// second call does nothing.
  ///
  /// A follower may call it, which is not waited for then; and what a publish completes, after which the log of a disk closes
  /// by itself as soon as that has returned.
  ///
  /// @param limit at the most a day counts
  public void stop(Duration limit) {
    Duration bounded = limit.compareTo(LONGEST_STOP) > 0 ? LONGEST_STOP : limit;
    if (!stopped.compareAndSet(false, true)) {
      return;
    }
    long end = System.nanoTime() + bounded.toNanos();
    doEach(
        List.of(
            () -> stopGateway(bounded),
            () -> undisturbed(() -> awaitFollowers(end)),
            () -> followings.forEach(Following::close),
            () -> undisturbed(hub::close),
            log::close,
            last));
  }

  /// Ends the connections. What the log has not answered shortly before the limit is answered that nobody knows.
  private void stopGateway(Duration limit) {
    Duration patience = limit.dividedBy(2);
    if (limit.minus(LAST_ANSWERS).compareTo(patience) > 0) {
      patience = limit.minus(LAST_ANSWERS);
    }
    Thread impatient =
        Thread.ofPlatform().daemon().name("tocsin-stop").start(giveUpAfter(patience));
    try {
      gateway.stop(limit);
    } finally {
      impatient.interrupt();
    }
  }

  private Runnable giveUpAfter(Duration patience) {
    return () -> {
      try {
        Thread.sleep(patience);
      } catch (InterruptedException e) {
        return; // everybody has gone
      }
      log.giveUp();
    };
  }

  /// Does what writes files although its thread may be interrupted, which would close them; it finds itself interrupted
  /// afterwards.
  private static void undisturbed(Runnable step) {
    boolean interrupted = Thread.interrupted();
    try {
      step.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Takes the steps in their order, the later ones also when an earlier one throws.
  private static void doEach(List<Runnable> steps) {
    if (!steps.isEmpty()) {
      try {
        steps.getFirst().run();
      } finally {
        doEach(steps.subList(1, steps.size()));
      }
    }
  }

  private void awaitFollowers(long end) {
    CompletableFuture<?>[] handedOn =
        followings.stream()
            .filter(following -> !following.isOwnThread())
            .map(Following::caughtUp)
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(handedOn)
        .completeOnTimeout(null, Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)
        .join();
  }

  /// Stops it, [#STOP_LIMIT] at the longest.
  @Override
  public void close() {
    stop(STOP_LIMIT);
  }
}
