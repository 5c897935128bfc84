package dev.tocsin.events.payload.camera;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;

/// A camera that is connected and streaming, for the first time or again.
@Key("camera_id")
public record CameraOnlinePayload(
    @Doc(value = "Opaque identifier of the camera", example = "front-door") String cameraId,
    @Doc(value = "Name of the camera as people call it", example = "Front Door") String cameraName,
    @Doc("When its first frame arrived") Timestamp timestamp) {}
