package dev.tocsin.events.payload.camera;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;

/// A camera whose monitoring was switched on: from now on its frames are analysed.
@Key("camera_id")
public record CameraEnabledPayload(
    @Doc(value = "Opaque identifier of the camera", example = "front-door") String cameraId,
    @Doc("When monitoring was switched on") Timestamp enabledAt) {}
