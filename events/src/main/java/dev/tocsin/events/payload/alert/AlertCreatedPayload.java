package dev.tocsin.events.payload.alert;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// A new alert: a rule matched a security event, and somebody should know.
@Key("id")
public record AlertCreatedPayload(
    @Doc(value = "Opaque identifier of the alert", example = "alert-7f3a") String id,
    @Doc(value = "Identifier of the security event that the rule matched", example = "4217")
        long eventId,
    @Doc(
            value = "Opaque identifier of the rule that matched; absent when a person raised it",
            example = "rule-parcel-at-door")
        @Nullable String ruleId,
    @Doc("How urgent the alert is, as its rule says") AlertSeverity severity,
    @Doc("How far the alert has come on its way to a person") AlertStatus status,
    @Doc(
            value = "Key that alerts about the same thing share, so that one can stand for all",
            example = "front-door:person:rule-parcel-at-door")
        String dedupKey,
    @Doc("When the rule matched") Timestamp createdAt,
    @Doc("When the alert was last changed; equal to `created_at` for one that never was")
        Timestamp updatedAt) {}
