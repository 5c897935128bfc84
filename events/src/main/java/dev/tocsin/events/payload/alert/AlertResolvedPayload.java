package dev.tocsin.events.payload.alert;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// The good end of an alert: what caused it is cleared.
@Key("id")
public record AlertResolvedPayload(
    @Doc(value = "Opaque identifier of the alert that is resolved", example = "alert-7f3a")
        String id,
    @Doc(value = "Identifier of the security event that the alert is about", example = "4217")
        long eventId,
    @Doc("When the cause was cleared") Timestamp resolvedAt,
    @Doc(
            value = "What was found and done, in the words of the person who did it",
            example = "A courier left a parcel; it is inside now")
        @Nullable String resolutionNotes) {}
