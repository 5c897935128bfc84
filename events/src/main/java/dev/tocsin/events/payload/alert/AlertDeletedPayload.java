package dev.tocsin.events.payload.alert;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import org.jspecify.annotations.Nullable;

/// The end of an alert: it was removed for good and can no longer be looked up.
@Key("id")
public record AlertDeletedPayload(
    @Doc(value = "Opaque identifier of the alert that was removed", example = "alert-7f3a")
        String id,
    @Doc(
            value = "Why it was removed, in words for a person",
            example = "Retention of 30 days is over")
        @Nullable String reason) {}
