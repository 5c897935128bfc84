package dev.tocsin.events.payload.event;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Range;
import dev.tocsin.events.Timestamp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A change to a security event: what is present is the new value, what is absent stays as it was.
@Key("id")
public record EventUpdatedPayload(
    @Doc(value = "Identifier of the security event that was changed", example = "4217") long id,
    @Doc(
            value = "Names of the event's fields that were changed",
            example = "[\"risk_score\", \"risk_level\"]")
        List<String> updatedFields,
    @Doc(
            value = "How dangerous the event is thought to be now, from 0 (harmless) to 100",
            example = "8")
        @Range(min = 0, max = 100)
        @Nullable Long riskScore,
    @Doc("The new score in words") @Nullable RiskLevel riskLevel,
    @Doc("When the change was made") Timestamp updatedAt) {
  public EventUpdatedPayload {
    updatedFields = List.copyOf(updatedFields);
  }
}
