package dev.tocsin.events.payload.detection;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Several objects that the detector found in one frame or one window of frames.
@Key("camera_id")
public record DetectionBatchPayload(
    @Doc(
            value = "Opaque identifier of the batch, by which a security event refers to it",
            example = "batch-0412")
        String batchId,
    @Doc(
            value = "The objects, in the order in which they were found",
            example =
                """
                [
                  {
                    "detection_id": "det-88123",
                    "event_id": "4217",
                    "label": "person",
                    "confidence": 0.93,
                    "bbox": {"x": 412.0, "y": 188.0, "width": 156.5, "height": 402.0},
                    "camera_id": "front-door",
                    "timestamp": "2026-01-09T12:00:00Z"
                  },
                  {
                    "detection_id": "det-88124",
                    "event_id": "4217",
                    "label": "parcel",
                    "confidence": 0.81,
                    "camera_id": "front-door",
                    "timestamp": "2026-01-09T12:00:00Z"
                  }
                ]\
                """)
        List<DetectionNewPayload> detections,
    @Doc("When the frame was taken; of a window, its first frame") Timestamp frameTimestamp,
    @Doc(value = "Opaque identifier of the camera that saw them", example = "front-door")
        String cameraId,
    @Doc(value = "Number of frames that the batch covers", example = "1")
        @Nullable Long frameCount) {
  public DetectionBatchPayload {
    detections = List.copyOf(detections);
  }
}
