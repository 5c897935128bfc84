package dev.tocsin.events.payload.alert;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// An alert that a person put aside without resolving it, for instance a false alarm.
@Key("id")
public record AlertDismissedPayload(
    @Doc(value = "Opaque identifier of the alert that was put aside", example = "alert-7f3a")
        String id,
    @Doc(value = "Identifier of the security event that the alert is about", example = "4217")
        long eventId,
    @Doc("When it was put aside") Timestamp dismissedAt,
    @Doc(
            value = "Why it was put aside, in words for a person",
            example = "False alarm: the neighbour's cat")
        @Nullable String reason) {}
