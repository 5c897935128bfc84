package dev.tocsin.jetstream;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.IdempotencyKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What became of an event whose idempotency key was used before: JetStream says which event was first and compares nothing, so
/// the leader is asked for that one. Where retention has taken that, what is left are the answers that this gateway has given
/// itself, of which it remembers some. Any thread.
final class FirstUse {

  /// How many answers are remembered; then the oldest is forgotten.
  static final int MAX_ANSWERS = 10_000;

  private static final String GONE =
      "The idempotency key was used before for an event that is not kept any more";

  private final StreamLeader leader;
  private final EventCodec codec;
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private final Map<String, Answer> answers = new LinkedHashMap<>();

  /// What was answered to a publish.
  private record Answer(IdempotencyKey key, AppendResult.Stored result) {}

  FirstUse(StreamLeader leader, EventCodec codec) {
    this.leader = leader;
    this.codec = codec;
  }

  /// Remembers what was answered to a publish.
  ///
  /// @param key `null` for one without, which need not be remembered
  void note(@Nullable IdempotencyKey key, AppendResult.Stored result) {
    if (key == null) {
      return;
    }
    lock.lock();
    try {
      answers.put(key.key(), new Answer(key, result));
      if (answers.size() > MAX_ANSWERS) {
        answers.remove(answers.keySet().iterator().next());
      }
    } finally {
      lock.unlock();
    }
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
      return remembered(key, sequence);
    }
    EncodedEvent event = codec.event(first.subject(), first.body());
    String digest = first.header(EventCodec.DIGEST);
    return event != null && EventCodec.digestText(key.bodyDigest()).equals(digest)
        ? new AppendResult.Stored(sequence, event.timestamp())
        : new AppendResult.Conflict();
  }

  private AppendResult remembered(IdempotencyKey key, long sequence) {
    Answer answer;
    lock.lock();
    try {
      answer = answers.get(key.key());
    } finally {
      lock.unlock();
    }
    if (answer == null || answer.result().sequence() != sequence) {
      return new AppendResult.Conflict(GONE);
    }
    return answer.key().isOfSameBody(key.bodyDigest())
        ? answer.result()
        : new AppendResult.Conflict();
  }
}
