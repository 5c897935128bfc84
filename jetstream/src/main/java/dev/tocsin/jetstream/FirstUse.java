package dev.tocsin.jetstream;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.IdempotencyKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What became of an event whose idempotency key was used before: JetStream says which event was first and compares nothing, so
/// the leader is asked for that one. Any thread.
final class FirstUse {

  private final StreamLeader leader;
  private final EventCodec codec;

  FirstUse(StreamLeader leader, EventCodec codec) {
    this.leader = leader;
    this.codec = codec;
  }

  /// Holds an event against the one that came first.
  ///
  /// @param sequence of the first
  /// @return empty when the leader cannot say at the moment
  CompletableFuture<Optional<AppendResult>> compare(IdempotencyKey key, long sequence) {
    return leader
        .message(sequence)
        .thenApply(said ->
            switch (said) {
              case StreamLeader.Message.Found(StoredMessage first) ->
                  Optional.of(outcome(key, sequence, first));
              case StreamLeader.Message.Lost lost -> Optional.of(outcome(key, sequence, null));
              case StreamLeader.Message.Unsaid unsaid -> Optional.empty();
            });
  }

  private AppendResult outcome(IdempotencyKey key, long sequence, @Nullable StoredMessage first) {
    if (first == null) {
      return new AppendResult.Unavailable(
          "The idempotency key was used before for an event that is not kept any more");
    }
    EncodedEvent event = codec.event(first.subject(), first.body());
    String digest = first.header(EventCodec.DIGEST);
    return event != null && EventCodec.digestText(key.bodyDigest()).equals(digest)
        ? new AppendResult.Stored(sequence, event.timestamp())
        : new AppendResult.Conflict();
  }
}
