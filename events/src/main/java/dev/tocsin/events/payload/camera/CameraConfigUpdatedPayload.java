package dev.tocsin.events.payload.camera;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import java.util.List;

/// A change to a camera's settings; the values themselves are read from where they are kept.
@Key("camera_id")
public record CameraConfigUpdatedPayload(
    @Doc(value = "Opaque identifier of the camera", example = "front-door") String cameraId,
    @Doc(
            value = "Names of the settings that were changed",
            example = "[\"resolution\", \"motion_threshold\"]")
        List<String> updatedFields,
    @Doc("When the settings were changed") Timestamp updatedAt) {
  public CameraConfigUpdatedPayload {
    updatedFields = List.copyOf(updatedFields);
  }
}
