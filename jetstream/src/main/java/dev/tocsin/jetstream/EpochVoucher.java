package dev.tocsin.jetstream;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/// Keeps the record of the epoch at the newest event, so that a stream that goes back while no gateway runs is found out at the
/// next start: all but what came since the last look.
///
/// Of many gateways one writes, once in each look, and only when there is a newer event: the one that finds the record as it
/// has left or seen it. The others see that it changes, and leave it alone. When that one ends, another finds the record
/// unchanged at its second look. Any thread, one call at a time.
final class EpochVoucher {

  private static final CompletableFuture<Boolean> NOTHING =
      CompletableFuture.completedFuture(false);

  private final EpochBucket bucket;
  private final Delivery delivery;

  // owned by whoever calls: one at a time
  private volatile long knownRevision;

  EpochVoucher(EpochBucket bucket, Delivery delivery) {
    this.bucket = bucket;
    this.delivery = delivery;
  }

  /// Looks whether it is this gateway's turn to let its newest event vouch for the epoch.
  ///
  /// @param found the record, just read, of the present epoch
  /// @return whether the record was written
  CompletableFuture<Boolean> look(EpochRecord found) {
    boolean isOurs = knownRevision == 0 || knownRevision == found.revision();
    knownRevision = found.revision();
    return isOurs ? vouch(found) : NOTHING;
  }

  /// Whether the newest event is after the one that vouches.
  boolean isBehind(EpochRecord found) {
    Witness last = delivery.witness();
    return last != null && last.sequence() > found.sequence();
  }

  /// Lets the newest event vouch, whoever's turn it is.
  CompletableFuture<Boolean> vouch(EpochRecord found) {
    Witness last = delivery.witness();
    if (last == null || last.sequence() <= found.sequence()) {
      return NOTHING;
    }
    return bucket
        .put(found.at(last.sequence(), last.digest()))
        .thenApply(answer -> {
          if (answer instanceof Answer.Done(JsonNode json)) {
            knownRevision = json.path("seq").asLong(0);
            return true;
          }
          // Another gateway was faster, which is as good; or nobody answers, and the next look
          // sees.
          return false;
        });
  }
}
