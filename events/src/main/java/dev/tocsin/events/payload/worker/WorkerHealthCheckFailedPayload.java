package dev.tocsin.events.payload.worker;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Range;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// A health check that a worker did not pass; it may still be running.
@Key("worker_name")
public record WorkerHealthCheckFailedPayload(
    @Doc(
            value = "Name of the worker, unique within the installation",
            example = "detection-worker-1")
        String workerName,
    @Doc("Part of the pipeline that the worker is") WorkerType workerType,
    @Doc(value = "What the check found, in words for a person", example = "No heartbeat for 30 s")
        String error,
    @Doc(
            value = "What the check found, in a short form for programs",
            example = "heartbeat_timeout")
        @Nullable String errorType,
    @Doc(value = "Number of checks failed in a row, this one included", example = "2")
        @Range(min = 0)
        long failureCount,
    @Doc("When the check failed") Timestamp timestamp) {}
