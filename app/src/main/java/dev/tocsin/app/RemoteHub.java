package dev.tocsin.app;

import dev.tocsin.bridges.hub.FollowableHub;
import dev.tocsin.bridges.hub.HubCursor;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.bridges.hub.Wanted;
import dev.tocsin.client.ClientListener;
import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.Outbox;
import dev.tocsin.client.Position;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.Refusal;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A hub over the network, as the bridges of a process of their own know it. Safe for any thread.
///
/// One connection publishes, each [RemoteCursor] has one of its own. An event is sent once: where its fate is not known, its
/// sender is told so, and the idempotency key settles it when it is sent again.
final class RemoteHub implements FollowableHub, AutoCloseable {

  // immutable
  private final ClientOptions server;
  private final Consumer<String> say;
  private final TocsinClient publisher;
  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private final CompletableFuture<String> refused = new CompletableFuture<>();

  private volatile String epoch = "";

  /// The newest event that is known of: what is new comes behind it. `null` before the first connection.
  private final AtomicReference<@Nullable HubPosition> newest = new AtomicReference<>();

  /// Why there is no connection; `null` when there is one.
  private volatile @Nullable String away = "it has not answered yet";

  /// @param server where it is, and how to get in
  /// @param say takes a sentence for the user
  RemoteHub(ClientOptions server, Consumer<String> say) {
    this.server = server;
    this.say = say;
    this.publisher = new TocsinClient(server.withOutbox(Outbox.NONE), new Watch());
  }

  /// Watches the connection that publishes, and tells when it goes and when it is back: once, not at each attempt.
  private final class Watch implements ClientListener {

    // owned by the client's callbacks, one at a time
    private boolean lost;

    @Override
    public void onConnected(Position position, @Nullable Position before) {
      epoch = position.epoch();
      noteNewest(position.epoch(), position.sequence());
      away = null;
      if (lost) {
        say.accept("connected to the hub");
      }
      lost = false;
      connected.complete(null);
    }

    @Override
    public void onDisconnected(int code, String reason, @Nullable Duration retryIn) {
      away = reason;
      if (retryIn == null) {
        // Closed here, or for good, of which connect tells the first time.
        refuse(reason);
      } else if (!lost) {
        lost = true;
        say.accept("no connection to the hub (" + reason + "); it is tried again and again");
      }
    }

    @Override
    public void onError(String code, String message) {
      say.accept(code + ": " + message);
    }
  }

  /// Begins to connect, for as long as it takes.
  ///
  /// @return completed once the hub is there; never where it refuses for good, which [#refused] tells
  CompletableFuture<Void> connect() {
    publisher.unsubscribeAll();
    publisher.connectPatiently().whenComplete((position, failure) -> refuse(failure));
    return connected;
  }

  /// Why the hub is not to be had; `null` when it is.
  @Nullable String away() {
    return away;
  }

  /// Completed with a sentence when the hub has said no for good, so that nothing comes of going on.
  CompletableFuture<String> refused() {
    return refused;
  }

  /// The hub has said no for good.
  void refuse(String sentence) {
    refused.complete(sentence);
  }

  /// The same, where connecting has ended.
  void refuse(@Nullable Throwable failure) {
    if (failure != null) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      refuse(String.valueOf(cause.getMessage()));
    }
  }

  @Override
  public CompletionStage<Outcome> publish(byte[] envelope, @Nullable String idempotencyKey) {
    @Nullable HubPosition before = newest.get();
    return publisher
        .publishJson(new String(envelope, StandardCharsets.UTF_8), idempotencyKey)
        .thenApply(outcome -> outcome(outcome, before));
  }

  private void noteNewest(String log, long sequence) {
    newest.updateAndGet(known ->
        known != null && known.epoch().equals(log) && known.sequence() >= sequence
            ? known
            : new HubPosition(log, sequence));
  }

  private Outcome outcome(PublishOutcome outcome, @Nullable HubPosition before) {
    return switch (outcome) {
      case PublishOutcome.Published(long sequence) -> {
        String now = epoch;
        boolean isRepeated =
            before != null && before.epoch().equals(now) && sequence <= before.sequence();
        noteNewest(now, sequence);
        yield new Outcome.Published(sequence, isRepeated);
      }
      case PublishOutcome.Refused(Refusal refusal) -> new Outcome.Refused(rejection(refusal));
      case PublishOutcome.NotSent notSent ->
          new Outcome.Refused(new Rejection(ErrorCode.UNAVAILABLE, notSent.reason()));
      case PublishOutcome.Unanswered unanswered ->
          new Outcome.Refused(Rejection.uncertain(unanswered.reason()));
      case PublishOutcome.OutboxFull full -> throw new IllegalStateException("there is no outbox");
    };
  }

  /// A newer server may have codes that are not known here.
  private static Rejection rejection(Refusal refusal) {
    return new Rejection(
        refusal.knownCode().orElse(ErrorCode.INVALID_MESSAGE), refusal.message(), refusal.errors());
  }

  @Override
  public HubCursor follow(Wanted wanted, @Nullable HubPosition after) {
    return new RemoteCursor(
        this, server.withPatterns(wanted.patterns(), wanted.where()), wanted, after);
  }

  @Override
  public @Nullable HubPosition newest() {
    return newest.get();
  }

  /// Tells the user something.
  void say(String sentence) {
    say.accept(sentence);
  }

  @Override
  public String id() {
    return epoch;
  }

  @Override
  public void close() {
    publisher.close();
  }
}
