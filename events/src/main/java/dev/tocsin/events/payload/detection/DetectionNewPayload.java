package dev.tocsin.events.payload.detection;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Range;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// One object that the detector found in one frame.
@Key("camera_id")
public record DetectionNewPayload(
    @Doc(value = "Opaque identifier of the detection", example = "det-88123") String detectionId,
    @Doc(
            value = "Identifier of the security event it became part of; absent until there is one",
            example = "4217")
        @Nullable String eventId,
    @Doc(value = "What the object is, in the detector's vocabulary", example = "person")
        String label,
    @Doc(value = "How sure the detector is, from 0 to 1", example = "0.93") @Range(min = 0, max = 1)
        double confidence,
    @Doc("Where in the frame the object is; absent when the detector does not tell")
        @Nullable BoundingBox bbox,
    @Doc(value = "Opaque identifier of the camera that saw it", example = "front-door")
        String cameraId,
    @Doc("When the frame was taken") Timestamp timestamp) {}
