package dev.tocsin.client;

import dev.tocsin.events.CloseCode;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The state of one client.
///
/// ```
/// Resting ── connect ──▶ Opening ── established ──▶ Open
/// Opening, Open ── ended ──▶ Waiting ── due ──▶ Opening …   when coming back makes sense
/// Opening, Open ── ended ──▶ Resting                        when not, or in the first attempt
/// any ── close ──▶ Closed
/// ```
///
/// Everything here runs on the loop, one task at a time; methods named for what others tell
/// ([#opened], [#received], [#ended]) may be called from any thread and go there by themselves. The
/// application is called on a second line of its own, so that it may wait for the loop.
final class Session {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  /// How many patterns go into one message, which the server takes up to 64 KiB of.
  private static final int PATTERNS_A_MESSAGE = 40;

  /// So many looks in a row without a sign of life, and the server is dead.
  private static final int LOOKS = 6;

  private static final String NOT_CONNECTED = "There is no connection to the server";

  // immutable
  private final ClientOptions options;
  private final ClientListener listener;
  private final HttpClient http;
  private final ScheduledExecutorService scheduler;
  private final Serial loop;
  private final Serial callbacks;

  // owned by the loop
  private final PositionKeeper keeper = new PositionKeeper();
  private final Wishes wishes;
  private final Backoff backoff;
  private final Answers answers;
  private State state = new State.Resting();
  private @Nullable Duration comeBackAfter;
  private String epoch = "";

  /// The position that the connection is to be taken back to; `null` once it was, or when there is
  /// none.
  private @Nullable Position resumingFrom;

  private ServerMessage.@Nullable Closing closing;

  /// Where the client is in its life.
  private sealed interface State {

    /// Not connected, and not trying.
    record Resting() implements State {}

    /// @param query what the server is told with the address; the wishes may change meanwhile
    /// @param first what `connect` returned; `null` when this is a reconnection
    record Opening(Link link, Query query, @Nullable CompletableFuture<Position> first)
        implements State {}

    /// @param timers what is to be cancelled when it ends
    record Open(Link link, List<Future<?>> timers) implements State {}

    record Waiting(Future<?> attempt) implements State {}

    record Closed() implements State {}
  }

  /// @param outside runs what belongs to the application; never the loop
  Session(
      ClientOptions options,
      ClientListener listener,
      HttpClient http,
      ScheduledExecutorService scheduler,
      Executor outside) {
    this.options = options;
    this.listener = listener;
    this.http = http;
    this.scheduler = scheduler;
    this.loop = new Serial(scheduler);
    this.callbacks = new Serial(outside);
    this.answers = new Answers(outside);
    this.wishes = new Wishes(options.patterns());
    this.backoff = new Backoff(options.firstDelay(), options.longestDelay(), options.random());
  }

  // What the application wants.

  CompletableFuture<Position> connect() {
    CompletableFuture<Position> result = new CompletableFuture<>();
    loop.execute(() -> {
      if (state instanceof State.Resting) {
        attempt(result);
      } else {
        answers.fail(
            result, new IllegalStateException("the client is connected or closed already"));
      }
    });
    return result;
  }

  CompletableFuture<PublishOutcome> publish(String event) {
    CompletableFuture<PublishOutcome> result = new CompletableFuture<>();
    loop.execute(() -> {
      if (!(state instanceof State.Open open)) {
        answers.complete(result, new PublishOutcome.NotSent(NOT_CONNECTED));
      } else if (answers.areTooMany()) {
        answers.complete(result, new PublishOutcome.NotSent(Answers.TOO_MANY));
      } else {
        String id = answers.expect(new Pending.Publish(result));
        open.link().send(ServerMessages.publish(id, event));
      }
    });
    return result;
  }

  CompletableFuture<SubscriptionOutcome> subscribe(List<String> patterns) {
    CompletableFuture<SubscriptionOutcome> result = new CompletableFuture<>();
    loop.execute(() -> subscribe(patterns, result));
    return result;
  }

  /// Subscribes only where not everything is wanted anyhow.
  void ensureSubscribed(List<String> patterns) {
    loop.execute(() -> {
      if (!wishes.isEverything()) {
        List<String> fresh = wishes.add(patterns);
        if (state instanceof State.Open open) {
          subscribe(open.link(), patterns, new Pending.Own(fresh));
        }
      }
    });
  }

  private void subscribe(List<String> patterns, CompletableFuture<SubscriptionOutcome> result) {
    List<String> fresh = wishes.add(patterns);
    if (state instanceof State.Open open) {
      subscribe(open.link(), patterns, new Pending.Subscribe(fresh, result));
    } else {
      answers.complete(result, new SubscriptionOutcome.Remembered());
    }
  }

  private void subscribe(Link link, List<String> patterns, Pending pending) {
    link.send(ServerMessages.subscribe(answers.expect(pending), patterns));
  }

  /// @param patterns `null` for all
  CompletableFuture<SubscriptionOutcome> unsubscribe(@Nullable List<String> patterns) {
    CompletableFuture<SubscriptionOutcome> result = new CompletableFuture<>();
    loop.execute(() -> {
      if (patterns == null) {
        wishes.clear();
      } else {
        wishes.remove(patterns);
      }
      if (state instanceof State.Open open) {
        unsubscribe(open.link(), patterns, new Pending.Unsubscribe(result));
      } else {
        answers.complete(result, new SubscriptionOutcome.Remembered());
      }
    });
    return result;
  }

  private void unsubscribe(Link link, @Nullable List<String> patterns, Pending pending) {
    link.send(ServerMessages.unsubscribe(answers.expect(pending), patterns));
  }

  void close() {
    loop.execute(() -> {
      State before = state;
      state = new State.Closed();
      switch (before) {
        case State.Closed closed -> {}
        case State.Resting resting -> {}
        case State.Waiting waiting -> {
          waiting.attempt().cancel(false);
          tellClosed();
        }
        case State.Opening opening -> {
          hangUp(opening.link());
          if (opening.first() != null) {
            answers.fail(
                opening.first(), new IllegalStateException("the client was closed meanwhile"));
          }
        }
        case State.Open open -> {
          hangUp(open.link());
          cancel(open.timers());
          tellClosed();
        }
      }
      answers.drop();
    });
  }

  private void hangUp(Link link) {
    link.close();
    later(CLOSE_TIMEOUT, link::abort);
  }

  private void tellClosed() {
    callbacks.execute(
        () -> listener.onDisconnected(CloseCode.NORMAL.code(), "the client was closed here", null));
  }

  // What the network tells.

  /// The socket is open; the server's first message is still to come.
  void opened(Link link) {
    loop.execute(() -> {
      if (state instanceof State.Closed) {
        link.abort();
      }
    });
    later(options.silenceLimit(), () -> loop.execute(() -> expectEstablished(link)));
  }

  private void expectEstablished(Link link) {
    if (state instanceof State.Opening && isCurrent(link)) {
      link.abort();
      ended(Link.ABNORMAL_CLOSURE, "the server did not say its first word in time");
    }
  }

  void received(Link link, String text) {
    loop.execute(() -> {
      if (isCurrent(link)) {
        handle(link, text);
      }
      callbacks.execute(link::release);
    });
  }

  void ended(Link link, int code, String reason) {
    loop.execute(() -> {
      if (isCurrent(link)) {
        ended(code, reason.isEmpty() && closing != null ? closing.message() : reason);
      }
    });
  }

  private boolean isCurrent(Link link) {
    return switch (state) {
      case State.Opening opening -> opening.link() == link;
      case State.Open open -> open.link() == link;
      case State.Resting resting -> false;
      case State.Waiting waiting -> false;
      case State.Closed closed -> false;
    };
  }

  private void attempt(@Nullable CompletableFuture<Position> first) {
    resumingFrom = keeper.position().or(() -> start(options)).orElse(null);
    Query query = wishes.query(options.uri(), resumingFrom);
    Link link = new Link(this);
    state = new State.Opening(link, query, first);
    comeBackAfter = null;
    closing = null;
    http.newWebSocketBuilder()
        .connectTimeout(CONNECT_TIMEOUT)
        .buildAsync(query.uri(), link)
        .whenComplete((socket, thrown) -> {
          if (thrown != null) {
            loop.execute(() -> failed(link, thrown));
          }
        });
  }

  private void failed(Link link, Throwable thrown) {
    if (isCurrent(link)) {
      ConnectFailedException failure = ConnectFailedException.of(options.uri(), thrown);
      if (state instanceof State.Opening opening && opening.first() != null) {
        state = new State.Resting();
        answers.fail(opening.first(), failure);
      } else {
        disconnected(
            Link.ABNORMAL_CLOSURE, String.valueOf(failure.getMessage()), failure.isRetryable());
      }
    }
  }

  private void ended(int code, String reason) {
    if (state instanceof State.Opening opening && opening.first() != null) {
      state = new State.Resting();
      answers.fail(opening.first(), ConnectFailedException.ofEnd(options.uri(), code, reason));
      return;
    }
    if (state instanceof State.Open open) {
      cancel(open.timers());
    }
    answers.drop();
    disconnected(code, reason, CloseCode.isRetryable(code));
  }

  private void disconnected(int code, String reason, boolean retryable) {
    Duration delay = null;
    if (retryable) {
      delay = comeBackAfter == null ? backoff.next() : comeBackAfter;
      state = new State.Waiting(later(delay, () -> loop.execute(this::retry)));
    } else {
      state = new State.Resting();
    }
    Duration retryIn = delay;
    callbacks.execute(() -> listener.onDisconnected(code, reason, retryIn));
  }

  private void retry() {
    if (state instanceof State.Waiting) {
      attempt(null);
    }
  }

  // What the server says.

  private void handle(Link link, String text) {
    switch (ServerMessages.decode(text)) {
      case ServerMessage.Established established -> established(link, established.position());
      case ServerMessage.Event event -> event(event, text);
      case ServerMessage.Heartbeat heartbeat -> {
        if (heartbeat.sequence() != null) {
          told(heartbeat.sequence());
        }
        link.send(ServerMessages.PONG);
      }
      case ServerMessage.Subscribed subscribed -> {
        told(subscribed.sequence());
        acknowledged(subscribed.id(), subscribed.patterns(), subscribed.warnings());
      }
      case ServerMessage.Unsubscribed unsubscribed -> {
        told(unsubscribed.sequence());
        acknowledged(unsubscribed.id(), unsubscribed.patterns(), List.of());
      }
      case ServerMessage.Resumed resumed -> resumed(resumed);
      case ServerMessage.Published published -> {
        if (answers.take(published.id()) instanceof Pending.Publish publish) {
          answers.complete(publish.outcome(), new PublishOutcome.Published(published.sequence()));
        }
      }
      case ServerMessage.Missed missed -> {
        keeper.missed(missed.gap());
        tell(missed.gap());
      }
      case ServerMessage.Reconnect reconnect ->
          comeBackAfter = Duration.ofMillis(reconnect.afterMillis());
      case ServerMessage.Refused refused -> refused(refused);
      case ServerMessage.Closing reason -> closing = reason;
      case ServerMessage.Ignorable ignorable -> {}
      case ServerMessage.Malformed malformed ->
          tellError("malformed", "The server said what is not understood: " + malformed.fault());
    }
  }

  private void established(Link link, Position position) {
    if (!(state instanceof State.Opening opening)) {
      return;
    }
    state = new State.Open(link, List.of(watch(link), holdTimer()));
    if (opening.query().patterns() != null) {
      wishes.confirm();
    }
    tellWishes(link, opening.query());
    if (opening.first() != null) {
      answers.complete(opening.first(), position);
    }
    if (resumingFrom == null) {
      keeper.established(position);
      callbacks.execute(() -> listener.onConnected(position, null));
    } else {
      epoch = position.epoch();
      if (!opening.query().resumes()) {
        link.send(ServerMessages.resume(resumingFrom));
      }
    }
  }

  /// Tells what the query of the connection did not: patterns that do not fit into it, and what was
  /// subscribed to and unsubscribed from since. Patterns that go make room for those that come.
  private void tellWishes(Link link, Query query) {
    List<String> unwanted = wishes.unwanted(query);
    if (!unwanted.isEmpty()) {
      unsubscribe(link, unwanted, new Pending.Own(List.of()));
    } else if (query.patterns() == null && wishes.isNothing()) {
      unsubscribe(link, null, new Pending.Own(List.of()));
    }
    List<String> untold = wishes.untold(query);
    for (int from = 0; from < untold.size(); from += PATTERNS_A_MESSAGE) {
      int to = Math.min(untold.size(), from + PATTERNS_A_MESSAGE);
      List<String> part = untold.subList(from, to);
      subscribe(link, part, new Pending.Own(part));
    }
  }

  /// The server has gone back to where this client was, or as near as it can.
  private void resumed(ServerMessage.Resumed resumed) {
    Position from = resumingFrom;
    if (from == null) {
      return;
    }
    resumingFrom = null;
    Position before = keeper.position().orElse(null);
    Position begin = new Position(epoch, resumed.since());
    keeper.resumed(begin);
    callbacks.execute(() -> listener.onConnected(begin, before));
    if (resumed.lost() && resumed.firstAvailable() > from.sequence() + 1) {
      tell(new Gap(from.sequence() + 1, resumed.firstAvailable() - 1));
    }
    if (resumed.ahead()) {
      tellError(
          ServerMessages.AHEAD,
          "The server never was at "
              + from.sequence()
              + ": it goes on with live events, behind "
              + resumed.since());
    }
  }

  /// A position of the connection; while it is being taken back, it means nothing.
  private void told(long sequence) {
    if (resumingFrom == null) {
      keeper.told(sequence);
    }
  }

  /// Where the first connection begins, when the application has said so.
  private static Optional<Position> start(ClientOptions options) {
    return Optional.ofNullable(options.since()).map(since -> new Position("", since));
  }

  /// Looks again and again whether the server is still heard.
  private Future<?> watch(Link link) {
    long every = Math.max(1, options.silenceLimit().toMillis() / LOOKS);
    return scheduler.scheduleWithFixedDelay(
        () -> loop.execute(() -> look(link)), every, every, TimeUnit.MILLISECONDS);
  }

  private void look(Link link) {
    if (!isCurrent(link)) {
      return;
    }
    int silentLooks = link.silentLooks();
    if (silentLooks >= LOOKS) {
      link.abort();
      ended(
          Link.ABNORMAL_CLOSURE,
          "nothing was heard from the server for " + options.silenceLimit().toSeconds() + " s");
    } else if (silentLooks > 0) {
      link.ping();
    }
  }

  /// A connection that has held as long as the longest delay makes the delays short again.
  private Future<?> holdTimer() {
    return later(options.longestDelay(), () -> loop.execute(backoff::reset));
  }

  private void event(ServerMessage.Event event, String text) {
    // What comes before the connection is taken back will come again.
    if (resumingFrom != null || !keeper.isNew(event.sequence())) {
      return;
    }
    keeper.delivered(event.sequence(), event.previous()).ifPresent(this::tell);
    callbacks.execute(() -> listener.onEvent(event.event(), text));
  }

  private void acknowledged(
      @Nullable String id, List<String> patterns, List<SubscriptionOutcome.Warning> warnings) {
    SubscriptionOutcome outcome = new SubscriptionOutcome.Acknowledged(patterns, warnings);
    switch (answers.take(id)) {
      case Pending.Subscribe subscribe -> {
        wishes.confirm();
        answers.complete(subscribe.outcome(), outcome);
      }
      case Pending.Unsubscribe unsubscribe -> answers.complete(unsubscribe.outcome(), outcome);
      case Pending.Own own -> wishes.confirm();
      case Pending.Publish publish -> {}
      case null -> {}
    }
  }

  private void refused(ServerMessage.Refused refused) {
    Refusal refusal = refused.refusal();
    switch (answers.take(refused.id())) {
      case Pending.Publish publish ->
          answers.complete(publish.outcome(), new PublishOutcome.Refused(refusal));
      case Pending.Subscribe subscribe -> {
        wishes.takeBack(subscribe.fresh());
        answers.complete(subscribe.outcome(), new SubscriptionOutcome.Refused(refusal));
      }
      case Pending.Unsubscribe unsubscribe ->
          answers.complete(unsubscribe.outcome(), new SubscriptionOutcome.Refused(refusal));
      case Pending.Own own -> {
        wishes.takeBack(own.patterns());
        String what =
            own.patterns().isEmpty()
                ? ""
                : "Not subscribed to " + String.join(", ", own.patterns()) + ": ";
        tellError(refusal.code(), what + refusal.message());
      }
      case null -> tellError(refusal.code(), refusal.message());
    }
  }

  // Small parts.

  private void tell(Gap gap) {
    callbacks.execute(() -> listener.onGap(gap.from(), gap.to()));
  }

  private void tellError(String code, String message) {
    callbacks.execute(() -> listener.onError(code, message));
  }

  private Future<?> later(Duration delay, Runnable task) {
    return scheduler.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void cancel(List<Future<?>> timers) {
    timers.forEach(timer -> timer.cancel(false));
  }
}
