package dev.tocsin.events.payload.worker;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A worker that began to process.
@Key("worker_name")
public record WorkerStartedPayload(
    @Doc(
            value = "Name of the worker, unique within the installation",
            example = "detection-worker-1")
        String workerName,
    @Doc("Part of the pipeline that the worker is") WorkerType workerType,
    @Doc("When it took its first item") Timestamp timestamp,
    @Doc(
            value = "What the worker was started with",
            example = "{\"model\": \"yolo11m\", \"device\": \"cuda:0\"}")
        @Nullable Map<String, @Nullable Object> metadata) {
  public WorkerStartedPayload {
    metadata = metadata == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }
}
