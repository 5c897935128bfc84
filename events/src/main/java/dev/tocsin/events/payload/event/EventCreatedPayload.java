package dev.tocsin.events.payload.event;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Range;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// A new security event: what cameras saw in a short time, analysed and rated.
@Key("id")
public record EventCreatedPayload(
    @Doc(value = "Identifier of the security event", example = "4217") long id,
    @Doc(
            value = "The same identifier, under the name by which alerts refer to the event",
            example = "4217")
        long eventId,
    @Doc(
            value = "Opaque identifier of the batch of detections that was analysed",
            example = "batch-0412")
        String batchId,
    @Doc(value = "Opaque identifier of the camera that saw it", example = "front-door")
        String cameraId,
    @Doc(
            value = "How dangerous the analysis thinks it is, from 0 (harmless) to 100",
            example = "12")
        @Range(min = 0, max = 100)
        long riskScore,
    @Doc("The score in words") RiskLevel riskLevel,
    @Doc(
            value = "What happened, in one sentence for a person",
            example = "A courier leaves a parcel at the front door")
        String summary,
    @Doc(
            value = "Why the analysis gave this score, in words for a person",
            example = "Daylight, a uniform, a parcel; gone after 20 s")
        String reasoning,
    @Doc("When the first of its detections was made") @Nullable Timestamp startedAt) {}
