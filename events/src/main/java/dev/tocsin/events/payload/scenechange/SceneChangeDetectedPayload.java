package dev.tocsin.events.payload.scenechange;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Range;
import dev.tocsin.events.Timestamp;

/// A camera whose view is not what it was, perhaps because somebody tampered with it.
@Key("camera_id")
public record SceneChangeDetectedPayload(
    @Doc(value = "Identifier of the scene change", example = "58") long id,
    @Doc(value = "Opaque identifier of the camera", example = "front-door") String cameraId,
    @Doc("When the change was noticed") Timestamp detectedAt,
    @Doc("How the view changed") SceneChangeType changeType,
    @Doc(
            value = "How much the view still resembles the one before, from 0 (nothing) to 1 (all)",
            example = "0.18")
        @Range(min = 0, max = 1)
        double similarityScore) {}
