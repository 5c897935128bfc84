package dev.tocsin.events.payload.worker;

import dev.tocsin.events.Default;
import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An error that a worker met while processing.
@Key("worker_name")
public record WorkerErrorPayload(
    @Doc(
            value = "Name of the worker, unique within the installation",
            example = "detection-worker-1")
        String workerName,
    @Doc("Part of the pipeline that the worker is") WorkerType workerType,
    @Doc(
            value = "What went wrong, in words for a person",
            example = "CUDA out of memory while loading a batch")
        String error,
    @Doc(value = "What went wrong, in a short form for programs", example = "out_of_memory")
        @Nullable String errorType,
    @Doc("When the error was met") Timestamp timestamp,
    @Doc(
            value = "Whatever else helps to find the cause",
            example = "{\"batch_id\": \"batch-0412\", \"free_mib\": 112}")
        @Nullable Map<String, @Nullable Object> details,
    @Doc(
            value = "Whether the worker goes on by itself; if not, it has to be restarted",
            example = "true")
        @Default("true")
        boolean recoverable) {
  public WorkerErrorPayload {
    details = details == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }
}
