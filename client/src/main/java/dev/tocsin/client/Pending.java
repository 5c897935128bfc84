package dev.tocsin.client;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// A change of the subscription whose answer is still to come.
sealed interface Pending {

  /// A subscribe, which is taken back when it is refused.
  ///
  /// @param change what the application wanted that it had not wanted before
  /// @param silent the patterns of the message that the application did not ask for here
  record Subscribe(
      Wishes.Change change, Set<String> silent, CompletableFuture<SubscriptionOutcome> outcome)
      implements Pending {
    public Subscribe {
      silent = Set.copyOf(silent);
    }
  }

  /// An unsubscribe.
  record Unsubscribe(CompletableFuture<SubscriptionOutcome> outcome) implements Pending {}

  /// A subscribe or unsubscribe that nobody called for: the client's own. The listener is told when
  /// it is refused.
  ///
  /// @param patterns what is not wanted any more when it is refused
  /// @param narrows whether the connection has the patterns already, and is to get less of them
  record Own(List<String> patterns, boolean narrows) implements Pending {
    public Own {
      patterns = List.copyOf(patterns);
    }
  }
}
