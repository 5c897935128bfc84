package dev.tocsin.client;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The changes of the subscription that the server has not answered yet, by the id of their action.
/// Owned by the session's loop.
final class Answers {

  private final Notices notices;
  private final Map<String, Pending> expected = new HashMap<>();
  private long lastId;

  Answers(Notices notices) {
    this.notices = notices;
  }

  /// An id that no action of this client has had.
  String nextId() {
    return Long.toString(++lastId);
  }

  /// Expects an answer; the id is for its action.
  String expect(Pending action) {
    String id = nextId();
    expected.put(id, action);
    return id;
  }

  /// What was waiting for the answer with this id, if anything was.
  @Nullable Pending take(@Nullable String id) {
    return expected.remove(id);
  }

  /// No answer comes any more; the next connection is told what is wanted.
  void drop() {
    for (Pending action : expected.values()) {
      switch (action) {
        case Pending.Subscribe subscribe ->
            notices.complete(subscribe.outcome(), new SubscriptionOutcome.Remembered());
        case Pending.Unsubscribe unsubscribe ->
            notices.complete(unsubscribe.outcome(), new SubscriptionOutcome.Remembered());
        case Pending.Own own -> {}
      }
    }
    expected.clear();
  }
}
