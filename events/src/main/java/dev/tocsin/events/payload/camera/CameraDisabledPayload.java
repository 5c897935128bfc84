package dev.tocsin.events.payload.camera;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// A camera whose monitoring was switched off: it may stream, but nobody analyses it.
@Key("camera_id")
public record CameraDisabledPayload(
    @Doc(value = "Opaque identifier of the camera", example = "front-door") String cameraId,
    @Doc("When monitoring was switched off") Timestamp disabledAt,
    @Doc(
            value = "Why it was switched off, in words for a person",
            example = "Window cleaners at work until noon")
        @Nullable String reason) {}
