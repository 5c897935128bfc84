package dev.tocsin.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// An action whose answer is still to come.
sealed interface Pending {

  /// A publish.
  record Publish(CompletableFuture<PublishOutcome> outcome) implements Pending {}

  /// A subscribe, which is taken back when it is refused.
  ///
  /// @param fresh the patterns that the application did not want before
  record Subscribe(List<String> fresh, CompletableFuture<SubscriptionOutcome> outcome)
      implements Pending {
    public Subscribe {
      fresh = List.copyOf(fresh);
    }
  }

  /// An unsubscribe.
  record Unsubscribe(CompletableFuture<SubscriptionOutcome> outcome) implements Pending {}

  /// A subscribe or unsubscribe that nobody called for: the client's own. The listener is told when
  /// it is refused.
  ///
  /// @param patterns what is not wanted any more when it is refused
  record Own(List<String> patterns) implements Pending {
    public Own {
      patterns = List.copyOf(patterns);
    }
  }
}
