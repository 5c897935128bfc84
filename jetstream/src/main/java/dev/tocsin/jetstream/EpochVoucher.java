package dev.tocsin.jetstream;

import dev.tocsin.hub.Stretch;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/// Keeps the record of the epoch at the newest event, so that a stream that goes back while no gateway runs is found out at the
/// next start: all but what came since the last look.
///
/// Beside the event stands what is known of messages that are none. Of many gateways one writes, once in each look, and only
/// when there is something new: the one that finds the record as it
/// has left or seen it. The others see that it changes, and leave it alone. When that one ends, another finds the record
/// unchanged at its second look. Any thread, one call at a time.
final class EpochVoucher {

  private static final CompletableFuture<Boolean> NOTHING =
      CompletableFuture.completedFuture(false);

  private final EpochBucket bucket;
  private final Delivery delivery;
  private final ForeignParts foreign;

  // owned by whoever calls: one at a time
  private volatile long knownRevision;

  EpochVoucher(EpochBucket bucket, Delivery delivery, ForeignParts foreign) {
    this.bucket = bucket;
    this.delivery = delivery;
    this.foreign = foreign;
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
    // Asked for after the event: whatever is no event before it is known then.
    List<Stretch> parts = foreign.recorded();
    if (last == null
        || last.sequence() < found.sequence()
        || (last.sequence() == found.sequence() && parts.equals(found.foreign()))) {
      return NOTHING;
    }
    return bucket
        .put(found.at(last.sequence(), last.digest(), parts))
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
