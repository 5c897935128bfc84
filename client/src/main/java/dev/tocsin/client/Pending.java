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
}
