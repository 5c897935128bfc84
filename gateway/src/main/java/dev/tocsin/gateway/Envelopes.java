package dev.tocsin.gateway;

import dev.tocsin.describe.CloudEvents;
import org.jspecify.annotations.Nullable;

/// Makes the envelope of an event of a text that came for one.
interface Envelopes {

  /// The envelope, or why there is none.
  CloudEvents.Reading of(byte[] text);

  /// Texts that are envelopes already.
  ///
  /// @param idempotencyKey of each; `null` for none
  static Envelopes asTheyAre(@Nullable String idempotencyKey) {
    return text -> new CloudEvents.Read(text, idempotencyKey);
  }
}
