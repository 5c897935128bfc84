package dev.tocsin.client;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The answers that a session waits for, by the id of their action, and the way in which the
/// application learns of them. Owned by the session's loop.
final class Answers {

  /// How many answers may be outstanding when one more event is to be published.
  private static final int MAX_EXPECTED = 1_024;

  static final String TOO_MANY = MAX_EXPECTED + " answers are outstanding already";

  private final Executor outside;
  private final Map<String, Pending> expected = new HashMap<>();
  private long lastId;

  /// Futures are completed on `outside`, because what depends on them is the application's.
  Answers(Executor outside) {
    this.outside = outside;
  }

  boolean areTooMany() {
    return expected.size() >= MAX_EXPECTED;
  }

  /// Expects an answer; the id is for its action.
  String expect(Pending action) {
    String id = Long.toString(++lastId);
    expected.put(id, action);
    return id;
  }

  /// What was waiting for the answer with this id, if anything was.
  @Nullable Pending take(@Nullable String id) {
    return expected.remove(id);
  }

  /// No answer comes any more.
  void drop() {
    for (Pending action : expected.values()) {
      switch (action) {
        case Pending.Publish publish ->
            complete(
                publish.outcome(),
                new PublishOutcome.Unanswered("The connection was lost before the answer came"));
        case Pending.Subscribe subscribe ->
            complete(subscribe.outcome(), new SubscriptionOutcome.Remembered());
        case Pending.Unsubscribe unsubscribe ->
            complete(unsubscribe.outcome(), new SubscriptionOutcome.Remembered());
        case Pending.Own own -> {}
      }
    }
    expected.clear();
  }

  <T> void complete(CompletableFuture<T> future, T value) {
    future.completeAsync(() -> value, outside);
  }

  void fail(CompletableFuture<?> future, Exception exception) {
    outside.execute(() -> future.completeExceptionally(exception));
  }
}
