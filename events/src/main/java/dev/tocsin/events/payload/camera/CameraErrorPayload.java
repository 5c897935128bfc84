package dev.tocsin.events.payload.camera;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// A fault that a camera reported, or that was met while talking to it.
@Key("camera_id")
public record CameraErrorPayload(
    @Doc(value = "Opaque identifier of the camera", example = "front-door") String cameraId,
    @Doc(value = "Name of the camera as people call it", example = "Front Door") String cameraName,
    @Doc(
            value = "What went wrong, in words for a person",
            example = "The stream cannot be decoded: unexpected end of a key frame")
        String error,
    @Doc(value = "What went wrong, in a short form for programs", example = "decode_failed")
        @Nullable String errorCode,
    @Doc("When the fault was met") Timestamp timestamp) {}
