package dev.tocsin.hub;

import dev.tocsin.events.EncodedEvent;
import org.jspecify.annotations.Nullable;

/// One event on its way into the log.
///
/// @param idempotencyKey `null` when the producer gave none
public record Append(EncodedEvent event, @Nullable IdempotencyKey idempotencyKey) {}
