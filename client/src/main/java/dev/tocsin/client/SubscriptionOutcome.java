package dev.tocsin.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What came of subscribing or unsubscribing.
public sealed interface SubscriptionOutcome {

  /// The server has acknowledged the change: it counts for every event from now on.
  ///
  /// @param patterns the patterns as the server stored them, or those that it removed
  /// @param warnings patterns that match no event type the server knows, probably by a slip of the
  ///     pen
  /// @param initial the events of the past with which it begins
  record Acknowledged(List<String> patterns, List<Warning> warnings, Initial initial)
      implements SubscriptionOutcome {

    /// One that begins with the next event.
    public Acknowledged(List<String> patterns, List<Warning> warnings) {
      this(patterns, warnings, Initial.NONE);
    }

    public Acknowledged {
      patterns = List.copyOf(patterns);
      warnings = List.copyOf(warnings);
    }
  }

  /// The server refused; the subscription is as it was.
  record Refused(Refusal refusal) implements SubscriptionOutcome {}

  /// There is no connection at the moment; the change is made with the next one. When the
  /// server refuses it then, the [ClientListener] is told.
  record Remembered() implements SubscriptionOutcome {}

  /// The events of the past with which a subscription begins.
  ///
  /// @param count how many follow
  /// @param complete whether there are no others that were asked for
  record Initial(long count, boolean complete) {

    /// None were asked for.
    static final Initial NONE = new Initial(0, true);
  }

  /// A pattern that was stored although it matches nothing.
  ///
  /// @param message a sentence for a person
  /// @param suggestion a pattern that does match and looks alike; `null` when there is none
  record Warning(String pattern, String message, @Nullable String suggestion) {}
}
