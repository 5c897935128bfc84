package dev.tocsin.spring;

import dev.tocsin.client.PublishOutcome;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An event could not be published. The message says why, with every fault of its payload.
public final class TocsinPublishException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient @Nullable PublishOutcome outcome;

  TocsinPublishException(PublishOutcome outcome) {
    super(sentence(outcome));
    this.outcome = outcome;
  }

  TocsinPublishException(String message, @Nullable Throwable cause) {
    super(message, cause);
    this.outcome = null;
  }

  /// What came of it; `null` when there was no answer in time, or the exception has been serialised.
  public @Nullable PublishOutcome outcome() {
    return outcome;
  }

  private static String sentence(PublishOutcome outcome) {
    return switch (outcome) {
      case PublishOutcome.Published published -> "published";
      case PublishOutcome.Refused refused ->
          refused.refusal().code()
              + ": "
              + refused.refusal().message()
              + refused.refusal().errors().stream()
                  .map(error -> "\n  " + error.path() + " " + error.message())
                  .collect(Collectors.joining());
      case PublishOutcome.OutboxFull full ->
          "the outbox is full: " + full.events() + " events wait for the hub";
      case PublishOutcome.NotSent notSent -> notSent.reason();
      case PublishOutcome.Unanswered unanswered -> unanswered.reason();
    };
  }
}
