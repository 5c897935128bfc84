package dev.tocsin.events.payload.camera;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// A camera that stopped sending.
@Key("camera_id")
public record CameraOfflinePayload(
    @Doc(value = "Opaque identifier of the camera", example = "front-door") String cameraId,
    @Doc(value = "Name of the camera as people call it", example = "Front Door") String cameraName,
    @Doc("When it was found silent") Timestamp timestamp,
    @Doc(
            value = "Why it is silent, as far as is known, in words for a person",
            example = "No frame for 30 s")
        @Nullable String reason) {}
