package dev.tocsin.client;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.PayloadSchema;
import dev.tocsin.events.WebSocketEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A connection to a Tocsin server that comes back by itself.
///
/// ```java
/// TocsinClient client = new TocsinClient(ClientOptions.of(URI.create("ws://localhost:8080")));
/// client.on(AlertCreatedPayload.class, (alert, event) -> ring(alert.severity()));
/// client.connect().join();
/// ```
///
/// Once connected, a client whose connection breaks, or is closed with a code that says so,
/// connects again after a random, growing delay and subscribes to what it was subscribed to. It
/// answers the server's heartbeats, takes a server that is silent for a minute for dead, and
/// notices when events were missed. What was published while it was away
/// is asked for and delivered; what the server's log no longer holds of it is reported as a gap.
///
/// Any thread may call anything, also from within a [ClientListener]. Its threads are daemons.
public final class TocsinClient implements AutoCloseable {

  /// The longest message that the server takes, in bytes.
  public static final int MAX_MESSAGE_BYTES = 64 * 1024;

  private final EventCatalog catalog;
  private final ClientListener listener;
  private final Session session;
  private final Map<String, List<TypedHandler<?>>> handlers = new ConcurrentHashMap<>();

  /// A client whose events are taken by handlers only, see [#on].
  public TocsinClient(ClientOptions options) {
    this(options, new ClientListener() {});
  }

  /// A client that tells `listener` what happens. It does nothing until [#connect].
  public TocsinClient(ClientOptions options, ClientListener listener) {
    this.catalog = options.catalog();
    this.listener = listener;
    this.session =
        new Session(
            options,
            new Dispatcher(),
            Objects.requireNonNullElseGet(options.http(), Link::http),
            Objects.requireNonNullElseGet(options.scheduler(), TocsinClient::newScheduler),
            task -> Thread.ofVirtual().name("tocsin-client-callbacks").start(task));
  }

  /// One daemon thread, which ends when there is nothing to do for it.
  private static ScheduledExecutorService newScheduler() {
    ScheduledThreadPoolExecutor scheduler =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("tocsin-client").factory());
    scheduler.setKeepAliveTime(10, TimeUnit.SECONDS);
    scheduler.allowCoreThreadTimeOut(true);
    scheduler.setRemoveOnCancelPolicy(true);
    return scheduler;
  }

  /// Connects for the first time, with one attempt, so that a mistake shows at once.
  ///
  /// @return the position where the connection begins, once the server has let the client in; fails
  ///     with a [ConnectFailedException] when it did not, and then may be called again, or with an
  ///     `IllegalStateException` when the client is connected or closed
  public CompletableFuture<Position> connect() {
    return session.connect();
  }

  /// Adds patterns to what is received; without any before, everything was. What is subscribed to
  /// while there is no connection counts from the next one on.
  public CompletableFuture<SubscriptionOutcome> subscribe(List<String> patterns) {
    return session.subscribe(List.copyOf(patterns));
  }

  /// Takes patterns away.
  public CompletableFuture<SubscriptionOutcome> unsubscribe(List<String> patterns) {
    return session.unsubscribe(List.copyOf(patterns));
  }

  /// Takes all patterns away: nothing is received until something is subscribed to again.
  public CompletableFuture<SubscriptionOutcome> unsubscribeAll() {
    return session.unsubscribe(null);
  }

  /// Hands events with this payload to `handler`, after the listener. Where the client is
  /// subscribed to patterns, the names of these events are added to them.
  ///
  /// A payload that does not fit the record, as an older client may get from a newer server, is
  /// told to [ClientListener#onError] instead.
  ///
  /// @throws IllegalArgumentException when no event type of the client's catalog has such a payload
  public <R extends Record> void on(Class<R> payload, EventHandler<R> handler) {
    PayloadSchema schema = PayloadSchema.of(payload);
    List<String> types =
        catalog.allEventTypes().stream()
            .filter(type -> schema.equals(type.payload()))
            .map(EventType::name)
            .toList();
    if (types.isEmpty()) {
      throw new IllegalArgumentException(
          "No event type of the catalog has the payload " + payload.getName());
    }
    TypedHandler<R> typed = new TypedHandler<>(payload, handler);
    types.forEach(
        type -> handlers.computeIfAbsent(type, key -> new CopyOnWriteArrayList<>()).add(typed));
    session.ensureSubscribed(types);
  }

  /// Publishes an event. At most 1,024 answers may be outstanding.
  ///
  /// @return what came of it; never fails
  public CompletableFuture<PublishOutcome> publish(WebSocketEvent event) {
    String json = event.toJson();
    // What stands around the event in the message is shorter than this.
    if (json.getBytes(StandardCharsets.UTF_8).length > MAX_MESSAGE_BYTES - 128) {
      return CompletableFuture.completedFuture(
          new PublishOutcome.Refused(
              new Refusal(
                  ErrorCode.MESSAGE_TOO_LARGE.wireName(),
                  "The event is larger than a message may be, " + MAX_MESSAGE_BYTES + " bytes",
                  List.of())));
    }
    return session.publish(json);
  }

  /// Publishes an event around a payload record, see [EventCatalog#createEvent(Record)].
  ///
  /// @throws IllegalArgumentException when no event type of the client's catalog has such a payload
  public CompletableFuture<PublishOutcome> publish(Record payload) {
    return publish(catalog.createEvent(payload));
  }

  /// Closes the connection for good and returns at once. Publishes without an answer are
  /// [PublishOutcome.Unanswered].
  @Override
  public void close() {
    session.close();
  }

  /// A handler and the record it wants.
  private record TypedHandler<R extends Record>(Class<R> payload, EventHandler<R> handler) {

    void handle(WebSocketEvent event, ClientListener listener) {
      R typed;
      try {
        typed = event.payload(payload);
      } catch (IllegalArgumentException | ArithmeticException e) {
        listener.onError(
            ErrorCode.INVALID_PAYLOAD.wireName(),
            "The payload of "
                + event.type()
                + " is no "
                + payload.getSimpleName()
                + ": "
                + e.getMessage());
        return;
      }
      handler.onEvent(typed, event);
    }
  }

  /// The listener, and behind it the handlers.
  private final class Dispatcher implements ClientListener {

    @Override
    public void onConnected(Position position, @Nullable Position before) {
      listener.onConnected(position, before);
    }

    @Override
    public void onEvent(WebSocketEvent event, String json) {
      try {
        listener.onEvent(event, json);
      } finally {
        for (TypedHandler<?> handler : handlers.getOrDefault(event.type(), List.of())) {
          handler.handle(event, listener);
        }
      }
    }

    @Override
    public void onGap(long from, long to) {
      listener.onGap(from, to);
    }

    @Override
    public void onDisconnected(int code, String reason, @Nullable Duration retryIn) {
      listener.onDisconnected(code, reason, retryIn);
    }

    @Override
    public void onError(String code, String message) {
      listener.onError(code, message);
    }
  }
}
