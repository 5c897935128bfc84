package dev.tocsin.bridges.hub;

import dev.tocsin.events.Rejection;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The hub as a bridge sees it: in the same process or over the network. Safe for any thread.
public interface BridgeHub {

  /// What became of an event.
  sealed interface Outcome {

    /// It is safe in the log.
    ///
    /// @param isRepeated whether it was before: its key is known
    record Published(long sequence, boolean isRepeated) implements Outcome {}

    /// It is not; or nobody knows, where the rejection is uncertain.
    record Refused(Rejection rejection) implements Outcome {}
  }

  /// Publishes an event, which the hub judges as any other.
  ///
  /// @param envelope its JSON, which is not changed afterwards
  /// @param idempotencyKey `null` for none
  CompletionStage<Outcome> publish(byte[] envelope, @Nullable String idempotencyKey);

  /// What tells this hub from others: the epoch of its log, which all gateways of the log share.
  String id();
}
