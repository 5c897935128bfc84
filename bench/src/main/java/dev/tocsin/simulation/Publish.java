package dev.tocsin.simulation;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import java.util.function.Consumer;

/// One event on its way into the stream, until it is known what became of it: the stream's answer, or the gateway's own
/// follower that meets the event, or the end of its patience, whichever comes first.
final class Publish {

  private final Append append;
  private final Consumer<AppendResult> answer;
  private boolean isAnswered;
  private boolean wasTaken;
  private long storeAt;
  private long sequence;

  /// @param answer called once
  Publish(Append append, Consumer<AppendResult> answer) {
    this.append = append;
    this.answer = answer;
  }

  Append append() {
    return append;
  }

  /// The stream's leader has it, and will have written it at a moment.
  void storeAt(long nanos) {
    storeAt = nanos;
    wasTaken = true;
  }

  long storeAt() {
    return storeAt;
  }

  /// It has a sequence, of which the gateway does not know yet.
  void stored(long newSequence) {
    sequence = newSequence;
  }

  boolean isAnswered() {
    return isAnswered;
  }

  /// The gateway hears of its sequence.
  void acknowledge() {
    answer(new AppendResult.Stored(sequence, append.event().timestamp()));
  }

  /// It has taken too long.
  void giveUp() {
    answer(
        wasTaken
            ? new AppendResult.Unknown("The log has not answered")
            : new AppendResult.Unavailable("The log has no leader"));
  }

  private void answer(AppendResult result) {
    if (!isAnswered) {
      isAnswered = true;
      answer.accept(result);
    }
  }
}
