package dev.tocsin.events.payload.alert;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;

/// A person's sign that the alert was seen; its cause may still be there.
@Key("id")
public record AlertAcknowledgedPayload(
    @Doc(value = "Opaque identifier of the alert that was seen", example = "alert-7f3a") String id,
    @Doc(value = "Identifier of the security event that the alert is about", example = "4217")
        long eventId,
    @Doc("When the person said so") Timestamp acknowledgedAt) {}
