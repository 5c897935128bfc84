package dev.tocsin.hub;

import dev.tocsin.events.EncodedEvent;
import org.jspecify.annotations.Nullable;

/// An event on its way into another log, with what belongs to it there.
///
/// @param sequence its place, in both logs
/// @param acceptedMillis when it was accepted first, in milliseconds since 1970
/// @param key the idempotency key that it came with; `null` when it had none, or has it no more
public record CopiedEvent(
    long sequence, EncodedEvent event, long acceptedMillis, @Nullable CopiedKey key) {}
