package dev.tocsin.events.payload.alert;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A change to an existing alert: what is present is the new value, what is absent stays as it was.
@Key("id")
public record AlertUpdatedPayload(
    @Doc(value = "Opaque identifier of the alert that was changed", example = "alert-7f3a")
        String id,
    @Doc(value = "Identifier of the security event that the alert is about", example = "4217")
        @Nullable Long eventId,
    @Doc(
            value = "Opaque identifier of the rule that raised the alert",
            example = "rule-parcel-at-door")
        @Nullable String ruleId,
    @Doc("How urgent the alert is now") @Nullable AlertSeverity severity,
    @Doc("How far the alert has come by now") @Nullable AlertStatus status,
    @Doc("When the change was made") Timestamp updatedAt,
    @Doc(
            value = "Names of the alert's fields that were changed",
            example = "[\"severity\", \"status\"]")
        @Nullable List<String> updatedFields) {
  public AlertUpdatedPayload {
    updatedFields = updatedFields == null ? null : List.copyOf(updatedFields);
  }
}
