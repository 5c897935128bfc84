package dev.tocsin.jetstream;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.IdempotencyKey;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What became of an event whose idempotency key was used before: JetStream says which event was first and compares nothing, so
/// the leader is asked for that one. Any thread.
final class FirstUse {

  private final JetStreamApi api;
  private final EventCodec codec;
  private final String stream;

  FirstUse(JetStreamApi api, EventCodec codec, String stream) {
    this.api = api;
    this.codec = codec;
    this.stream = stream;
  }

  /// Holds an event against the one that came first.
  ///
  /// @param sequence of the first
  /// @return empty when the leader cannot say at the moment
  CompletableFuture<Optional<AppendResult>> compare(IdempotencyKey key, long sequence) {
    return api.ask("STREAM.MSG.GET." + stream, JetStreamApi.request().put("seq", sequence))
        .thenApply(answer ->
            switch (answer) {
              case Answer.Done(JsonNode json) ->
                  Optional.of(outcome(key, sequence, StoredMessage.of(json)));
              case Answer.Refused(int status, int code, String words) ->
                  code == JetStreamApi.MESSAGE_NOT_FOUND
                      ? Optional.of(outcome(key, sequence, null))
                      : Optional.empty();
              case Answer.Silent silent -> Optional.empty();
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
