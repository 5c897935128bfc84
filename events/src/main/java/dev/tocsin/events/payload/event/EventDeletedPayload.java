package dev.tocsin.events.payload.event;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import org.jspecify.annotations.Nullable;

/// The end of a security event: it was removed and can no longer be looked up.
@Key("id")
public record EventDeletedPayload(
    @Doc(value = "Identifier of the security event that was removed", example = "4217") long id,
    @Doc(
            value = "Why it was removed, in words for a person",
            example = "Retention of 30 days is over")
        @Nullable String reason) {}
