package dev.tocsin.client;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.events.EventType;
import dev.tocsin.events.InvalidEventException;
import dev.tocsin.events.PayloadSchema;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.Where;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A connection to a Tocsin server that comes back by itself.
///
/// ```java
/// TocsinClient client = new TocsinClient(ClientOptions.of(URI.create("ws://localhost:8080")));
/// client.on(AlertCreatedPayload.class, (alert, event) -> ring(alert.severity()));
/// client.connect().join();
/// ```
///
/// A client whose connection ends comes back after a random, growing delay, unless a Tocsin server has said
/// no for good. It subscribes to what it was subscribed to, asks for what was published while it was away,
/// and delivers that; what the server's log no longer holds is reported as a gap. It answers the server's
/// heartbeats, and takes a server that is silent for a minute for dead. What the application publishes
/// meanwhile waits in its [Outbox].
///
/// Any thread may call anything, also from within a [ClientListener]. Its threads are daemons, and end with [#close].
public final class TocsinClient implements AutoCloseable {

  /// The longest message that the server takes, in bytes.
  public static final int MAX_MESSAGE_BYTES = 64 * 1024;

  private static final int MAX_KEY_LENGTH = 256;

  /// Stands for the key that the client will give an event when it goes out.
  private static final String LONGEST_OWN_KEY = "f".repeat(32 + 1 + 19);

  private final EventCatalog catalog;
  private final Dispatcher dispatcher;
  private final Session session;

  /// A client whose events are taken by handlers only, see [#on].
  public TocsinClient(ClientOptions options) {
    this(options, new ClientListener() {});
  }

  /// A client that tells `listener` what happens. It does nothing until [#connect].
  public TocsinClient(ClientOptions options, ClientListener listener) {
    this.catalog = options.catalog();
    this.dispatcher = new Dispatcher(Objects.requireNonNull(listener, "listener"));
    Means means = Means.of(options);
    this.session =
        new Session(
            options,
            dispatcher,
            means,
            task -> Thread.ofVirtual().name("tocsin-client-callbacks").start(task));
  }

  /// Connects for the first time, with one attempt, so that a mistake shows at once.
  ///
  /// @return the position where the connection begins, once the server has let the client in; fails
  ///     with a [ConnectFailedException] when it did not, and then may be called again, or with an
  ///     `IllegalStateException` when the client is connected or closed
  public CompletableFuture<Position> connect() {
    return session.connect(false);
  }

  /// Connects for the first time, and tries again until it succeeds: for a program that may be started
  /// before its server. Attempts that fail are told to [ClientListener#onDisconnected].
  ///
  /// @return the same; it fails only when a Tocsin server said no for good, or the client was closed
  public CompletableFuture<Position> connectPatiently() {
    return session.connect(true);
  }

  /// Adds patterns to what is received; without any before, everything was. What is subscribed to
  /// while there is no connection counts from the next one on.
  ///
  /// @throws IllegalArgumentException when a pattern holds half of a surrogate pair; whatever else is wrong with one is told by
  ///     the outcome. Likewise where else patterns are taken
  public CompletableFuture<SubscriptionOutcome> subscribe(List<String> patterns) {
    return session.subscribe(sendable(patterns), null, null);
  }

  /// The same, with what fulfils `where` among the events of these patterns. It takes the place of what these patterns
  /// were narrowed by before.
  ///
  /// A connection holds one filter for a pattern. Where handlers want the same one with another filter or without any,
  /// all events of it are received: the listener gets them all, each handler those that it asked for.
  public CompletableFuture<SubscriptionOutcome> subscribe(List<String> patterns, Where where) {
    return session.subscribe(sendable(patterns), where, null);
  }

  /// The same, beginning with events of the past: [ClientListener#onInitialEvent] and handlers get them first. They are asked
  /// of the connection that there is; without one the outcome is [SubscriptionOutcome.Remembered], and what comes next is
  /// received. [ClientOptions#withBeginning] begins with the first connection.
  ///
  /// @param where narrows the patterns; `null` for all that they match
  public CompletableFuture<SubscriptionOutcome> subscribe(
      List<String> patterns, @Nullable Where where, Beginning beginning) {
    return session.subscribe(sendable(patterns), where, beginning);
  }

  /// Takes patterns away, also those that a handler has added.
  public CompletableFuture<SubscriptionOutcome> unsubscribe(List<String> patterns) {
    return session.unsubscribe(sendable(patterns));
  }

  /// Takes all patterns away, also those that handlers have added: nothing is received until something
  /// is subscribed to again, or another handler is added.
  public CompletableFuture<SubscriptionOutcome> unsubscribeAll() {
    return session.unsubscribe(null);
  }

  /// Hands events with this payload to `handler`, after the listener. Handlers and subscriptions add
  /// up, whichever comes first: a client that is subscribed to patterns gets these events as well, and
  /// one that never subscribed gets everything anyhow.
  ///
  /// A payload that does not fit the record, as an older client may get from a newer server, is
  /// told to [ClientListener#onError] instead.
  ///
  /// @throws IllegalArgumentException when no event type of the client's catalog has such a payload
  public <R extends Record> void on(Class<R> payload, EventHandler<R> handler) {
    handle(payload, null, handler);
  }

  /// The same with those events alone that fulfil `where`. What it means is judged by the client's own catalog: a handler
  /// is called for nothing of which that is not sure.
  ///
  /// @throws IllegalArgumentException when no event type of the client's catalog has such a payload, or no such
  ///     payload can ever fulfil `where`
  public <R extends Record> void on(Class<R> payload, Where where, EventHandler<R> handler) {
    handle(payload, where, handler);
  }

  private static List<String> sendable(List<String> patterns) {
    patterns.forEach(pattern -> Sendable.checked("A pattern", pattern));
    return List.copyOf(patterns);
  }

  private <R extends Record> void handle(
      Class<R> payload, @Nullable Where where, EventHandler<R> handler) {
    Objects.requireNonNull(handler, "handler");
    List<String> types =
        catalog.eventTypesByPayload(payload).stream().map(EventType::name).toList();
    if (types.isEmpty()) {
      throw new IllegalArgumentException(
          "No event type of the catalog has the payload " + payload.getName());
    }
    EventFilter filter =
        where == null ? null : EventFilter.of(where, PayloadSchema.of(payload).fields());
    dispatcher.add(types, payload, filter, handler);
    session.handle(types, where);
  }

  /// Publishes an event, once.
  ///
  /// It is held in the [Outbox] until the server has answered: while there is no connection it waits,
  /// and where a connection breaks before the answer came it goes out again, with an idempotency key
  /// that lets the server see that it is the same one. So no application has to repeat anything. What
  /// waits is in memory only. Before [#connect] or [#connectPatiently], and after a client has ended, there is nothing to wait
  /// for: that is [PublishOutcome.NotSent].
  ///
  /// @return what came of it; never fails. It may take as long as the server is away
  public CompletableFuture<PublishOutcome> publish(WebSocketEvent event) {
    return send(event.toJson(), null);
  }

  /// Publishes an event with an idempotency key of the application's own, so that it is in the log
  /// once even when the application itself does it again, after a restart for instance.
  ///
  /// @param idempotencyKey 1 to 256 characters, counted as Unicode code points
  /// @throws IllegalArgumentException when the key is empty, too long, or holds half of a surrogate pair
  public CompletableFuture<PublishOutcome> publish(WebSocketEvent event, String idempotencyKey) {
    return send(event.toJson(), checked(idempotencyKey));
  }

  /// Publishes an event around a payload record, see [EventCatalog#createEvent(Record)]. A payload that
  /// does not fit its schema is [PublishOutcome.Refused], as the server would refuse it: with every fault.
  ///
  /// @throws IllegalArgumentException when no event type of the client's catalog has such a payload
  public CompletableFuture<PublishOutcome> publish(Record payload) {
    WebSocketEvent event;
    try {
      event = catalog.createEvent(payload);
    } catch (InvalidEventException e) {
      return refused(e.rejection());
    }
    return publish(event);
  }

  /// Publishes an envelope that is JSON already. It goes out as it is, byte for byte.
  ///
  /// @param idempotencyKey 1 to 256 characters, counted as Unicode code points; `null` for one of the client's
  /// @throws IllegalArgumentException when the key is empty, too long, or holds half of a surrogate pair
  public CompletableFuture<PublishOutcome> publishJson(
      String envelope, @Nullable String idempotencyKey) {
    String key = idempotencyKey == null ? null : checked(idempotencyKey);
    Rejection fault = EventEncoder.syntaxFault(envelope);
    return fault == null ? send(envelope, key) : refused(fault);
  }

  private static String checked(String key) {
    int characters = key.codePointCount(0, key.length());
    if (characters < 1 || characters > MAX_KEY_LENGTH) {
      throw new IllegalArgumentException(
          "An idempotency key has 1 to " + MAX_KEY_LENGTH + " characters; was " + characters);
    }
    return Sendable.checked("The idempotency key", key);
  }

  private CompletableFuture<PublishOutcome> send(String envelope, @Nullable String key) {
    if (!Sendable.is(envelope)) {
      return refused(
          new Rejection(
              ErrorCode.INVALID_JSON,
              "The event holds half of a surrogate pair, which no UTF-8 can say"));
    }
    int bytes = Actions.publishBytes(envelope, key == null ? LONGEST_OWN_KEY : key);
    return bytes > MAX_MESSAGE_BYTES
        ? refused(
            new Rejection(
                ErrorCode.MESSAGE_TOO_LARGE,
                "The event is larger than a message may be, " + MAX_MESSAGE_BYTES + " bytes"))
        : session.publish(envelope, key, bytes);
  }

  /// What the server would say.
  private static CompletableFuture<PublishOutcome> refused(Rejection rejection) {
    return CompletableFuture.completedFuture(
        new PublishOutcome.Refused(
            new Refusal(rejection.code().wireName(), rejection.message(), rejection.errors())));
  }

  /// Closes the connection for good and returns at once. Publishes without an answer are
  /// [PublishOutcome.Unanswered], those that waited are [PublishOutcome.NotSent]: whoever wants all of
  /// them in the log waits for their futures first.
  ///
  /// No event is handed on that was not begun with before. A call that is under way is not waited for;
  /// [ClientListener#onDisconnected] comes after it, and is the last.
  @Override
  public void close() {
    session.close();
  }
}
