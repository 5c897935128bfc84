package dev.tocsin.events.payload.camera;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A camera's move from one status to another.
@Key("camera_id")
public record CameraStatusChangedPayload(
    @Doc(value = "Opaque identifier of the camera", example = "front-door") String cameraId,
    @Doc(value = "Name of the camera as people call it", example = "Front Door") String cameraName,
    @Doc("Status of the camera from now on") CameraStatus status,
    @Doc("Status that it had until now; absent when none was known")
        @Nullable CameraStatus previousStatus,
    @Doc("When the status changed") Timestamp timestamp,
    @Doc(
            value = "What brought the change about, in words for a person",
            example = "Stream is back after a network outage")
        @Nullable String reason,
    @Doc(
            value = "Whatever else the producer knows about the change",
            example = "{\"outage_seconds\": 42, \"stream\": \"rtsp\"}")
        @Nullable Map<String, @Nullable Object> details) {
  public CameraStatusChangedPayload {
    details = details == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }
}
