package dev.tocsin.client;

import dev.tocsin.events.CloseCode;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Where;
import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One client: its [Phase], and the loop on which everything happens, one task at a time.
///
/// What the application wants and what a [Link] tells may come on any thread, and goes to the loop by
/// itself. Connections come and go here; what is said over them is the [Conversation]'s.
final class Session {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  /// So many looks in a row without a sign of life, and the server is dead.
  private static final int LOOKS = 6;

  // immutable
  private final ClientOptions options;
  private final Means means;
  private final Executor outside;
  private final Serial loop;
  private final Notices notices;
  private final PublishQueue publishes;
  private final Credentials credentials;

  // owned by the loop
  private final Conversation conversation;
  private final Backoff backoff;
  private Phase phase = new Phase.Resting();

  /// Ends the wait for the server's first word on the connection that is being opened.
  private @Nullable Future<?> firstWord;

  /// The connection that is being closed for good, and what gives up waiting for its end.
  private @Nullable Link leaving;

  private @Nullable Future<?> lastWord;

  /// @param outside runs what belongs to the application, and what may block; never the loop
  Session(ClientOptions options, ClientListener listener, Means means, Executor outside) {
    this.options = options;
    this.means = means;
    this.outside = outside;
    this.loop = new Serial(task -> means.run(task, outside));
    this.notices = new Notices(listener, outside);
    Answers answers = new Answers(notices);
    this.credentials = new Credentials(options.uri(), options.credentials());
    this.publishes =
        new PublishQueue(
            options.outbox(), answers, notices, backoff(options), Moment::now, this::later);
    this.backoff = backoff(options);
    this.conversation =
        new Conversation(options, notices, answers, publishes, credentials, backoff::reset);
  }

  private static Backoff backoff(ClientOptions options) {
    return new Backoff(options.firstDelay(), options.longestDelay(), options.random());
  }

  // What the application wants.

  /// @param patient whether it is tried for again and again
  CompletableFuture<Position> connect(boolean patient) {
    CompletableFuture<Position> result = new CompletableFuture<>();
    loop.execute(() -> phase = phase.connect(this, new Phase.First(result, patient)));
    return result;
  }

  /// @param event the envelope's JSON
  /// @param key the application's own idempotency key; `null` when it gave none
  /// @param bytes how many the message has
  CompletableFuture<PublishOutcome> publish(String event, @Nullable String key, int bytes) {
    PublishOutcome full = publishes.reserve(bytes);
    if (full != null) {
      return CompletableFuture.completedFuture(full);
    }
    CompletableFuture<PublishOutcome> result = new CompletableFuture<>();
    loop.execute(() -> publishes.add(event, key, bytes, phase.obstacle(), result));
    return result;
  }

  /// @param where what narrows the patterns; `null` for nothing
  /// @param beginning what it begins with; `null` for the next event
  CompletableFuture<SubscriptionOutcome> subscribe(
      List<String> patterns, @Nullable Where where, @Nullable Beginning beginning) {
    CompletableFuture<SubscriptionOutcome> result = new CompletableFuture<>();
    loop.execute(() -> conversation.subscription().subscribe(patterns, where, beginning, result));
    return result;
  }

  /// A handler wants these event types.
  ///
  /// @param where what narrows them; `null` for nothing
  void handle(List<String> types, @Nullable Where where) {
    loop.execute(() -> conversation.subscription().handle(types, where));
  }

  /// @param patterns `null` for all
  CompletableFuture<SubscriptionOutcome> unsubscribe(@Nullable List<String> patterns) {
    CompletableFuture<SubscriptionOutcome> result = new CompletableFuture<>();
    loop.execute(() -> conversation.subscription().unsubscribe(patterns, result));
    return result;
  }

  /// Nothing more is handed on from here on; the rest happens on the loop.
  void close() {
    notices.end();
    loop.execute(() -> {
      phase = phase.close(this);
      cancel(firstWord);
      if (leaving == null) {
        means.release();
      }
    });
  }

  // What a link tells.

  /// The socket is open; the server's first message is still to come.
  void opened(Link link) {
    loop.execute(() -> {
      if (phase.isOn(link)) {
        firstWord = later(options.silenceLimit(), () -> expectEstablished(link));
      } else {
        link.abort();
      }
    });
  }

  private void expectEstablished(Link link) {
    if (phase instanceof Phase.Opening && phase.isOn(link)) {
      link.abort();
      ended(link, Link.ABNORMAL_CLOSURE, "the server did not say its first word in time");
    }
  }

  void received(Link link, String text) {
    loop.execute(() -> {
      try {
        if (phase.isOn(link)) {
          hear(link, text);
        }
      } finally {
        notices.release(link);
      }
    });
  }

  private void hear(Link link, String text) {
    ServerMessage message = ServerMessages.decode(text);
    if (message instanceof ServerMessage.Established established) {
      cancel(firstWord);
      phase = phase.established(this, link, established.position(), established.initial());
    } else if (message instanceof ServerMessage.Expiring) {
      renew(link);
    } else {
      conversation.hear(link, message, text);
    }
  }

  void ended(Link link, int code, String reason) {
    loop.execute(() -> {
      if (code == CloseCode.CREDENTIAL_ENDED.code() && phase.isOn(link)) {
        credentials.end();
      }
      if (link == leaving) {
        left();
      } else {
        ended(
            link,
            Phase.End.of(options.uri(), code, sentence(code, reason), credentials.mayChange()));
      }
    });
  }

  /// Why a connection has ended, as far as anybody has said so.
  private String sentence(int code, String reason) {
    String why = reason.isEmpty() ? conversation.closingReason() : reason;
    if (!why.isEmpty()) {
      return why;
    }
    return code == Link.ABNORMAL_CLOSURE
        ? "the connection ended without a closing word"
        : "the connection was closed with code " + code;
  }

  private void ended(Link link, Phase.End end) {
    if (phase.isOn(link)) {
      cancel(firstWord);
      phase = phase.ended(this, link, end);
    }
  }

  // What a phase needs. On the loop.

  Notices notices() {
    return notices;
  }

  Conversation conversation() {
    return conversation;
  }

  /// Begins to open a connection.
  Phase open(Phase.@Nullable First first) {
    Link link = new Link(this);
    URI uri = conversation.begin();
    CompletableFuture.supplyAsync(() -> approach(uri), outside)
        .thenApplyAsync(this::show, loop)
        .thenComposeAsync(approach -> connect(approach, link), outside)
        .whenComplete((socket, thrown) -> {
          if (thrown != null) {
            ConnectFailedException failure = ConnectFailedException.of(options.uri(), thrown);
            loop.execute(() -> ended(link, Phase.End.notOpened(failure)));
          }
        });
    return new Phase.Opening(link, first);
  }

  /// Where a connection goes to, and what it shows there. A class, so that nothing prints it.
  private static final class Approach {
    private final ServerAddress.Target target;
    private final @Nullable String credential;

    Approach(ServerAddress.Target target, @Nullable String credential) {
      this.target = target;
      this.credential = credential;
    }
  }

  /// May block.
  private Approach approach(URI uri) {
    try {
      return new Approach(ServerAddress.target(uri), credentials.supply());
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  private Approach show(Approach approach) {
    if (!credentials.show(approach.credential)) {
      throw new CompletionException(ConnectFailedException.ofEndedCredential(options.uri()));
    }
    return approach;
  }

  /// The credential is about to end. Where there is another by now, it takes its place.
  private void renew(Link link) {
    if (credentials.exist()) {
      CompletableFuture.supplyAsync(this::supply, outside)
          .whenCompleteAsync((fresh, thrown) -> renew(link, fresh, thrown), loop);
    }
  }

  private String supply() {
    try {
      return String.valueOf(credentials.supply());
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  private void renew(Link link, @Nullable String fresh, @Nullable Throwable thrown) {
    if (!phase.isOn(link)) {
      return;
    }
    if (fresh != null) {
      conversation.renew(link, fresh);
    } else if (thrown != null) {
      ConnectFailedException failure = ConnectFailedException.of(options.uri(), thrown);
      notices.error(
          ErrorCode.UNAUTHENTICATED.wireName(),
          "The credential ends soon, and was not renewed: " + failure.getMessage());
    }
  }

  private CompletableFuture<WebSocket> connect(Approach approach, Link link) {
    ServerAddress.Target target = approach.target;
    WebSocket.Builder builder = means.http().newWebSocketBuilder().connectTimeout(CONNECT_TIMEOUT);
    if (target.host() != null) {
      builder.header("Host", target.host());
    }
    if (approach.credential != null) {
      builder.header("Authorization", "Bearer " + approach.credential);
    }
    return builder.buildAsync(target.uri(), link);
  }

  /// Looks after a connection that has begun.
  ///
  /// @return what is to be cancelled when it ends
  Future<?> watch(Link link) {
    long every = Math.max(1, options.silenceLimit().toMillis() / LOOKS);
    return means
        .scheduler()
        .scheduleWithFixedDelay(
            () -> loop.execute(() -> look(link)), every, every, TimeUnit.MILLISECONDS);
  }

  private void look(Link link) {
    if (!phase.isOn(link)) {
      return;
    }
    int silentLooks = link.silentLooks();
    if (silentLooks >= LOOKS) {
      link.abort();
      ended(
          link,
          Link.ABNORMAL_CLOSURE,
          "nothing was heard from the server for " + options.silenceLimit().toSeconds() + " s");
    } else if (silentLooks > 0) {
      link.ping();
    }
  }

  /// Closes a connection for good, with a word, and waits a little for that of the server.
  void hangUp(Link link) {
    leaving = link;
    lastWord =
        later(
            CLOSE_TIMEOUT,
            () -> {
              link.abort();
              left();
            });
    link.close();
  }

  /// The last connection is gone: nothing is needed any more.
  private void left() {
    cancel(lastWord);
    means.release();
  }

  private static void cancel(@Nullable Future<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }

  /// After how long to come back: as the server said, else at random.
  Duration nextDelay(ConnectFailedException failure) {
    Duration said =
        failure.retryAfter() == null ? conversation.comeBackAfter() : failure.retryAfter();
    return said == null ? backoff.next() : said;
  }

  Future<?> retryIn(Duration delay) {
    return later(delay, () -> phase = phase.due(this));
  }

  /// Runs a task on the loop, from any thread.
  void onLoop(Runnable task) {
    loop.execute(task);
  }

  /// Runs a task on the loop after a delay.
  private Future<?> later(Duration delay, Runnable task) {
    return means
        .scheduler()
        .schedule(() -> loop.execute(task), delay.toMillis(), TimeUnit.MILLISECONDS);
  }
}
