package dev.tocsin.events.payload.worker;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Range;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// A worker that supervision is about to start again.
@Key("worker_name")
public record WorkerRestartingPayload(
    @Doc(
            value = "Name of the worker, unique within the installation",
            example = "detection-worker-1")
        String workerName,
    @Doc("Part of the pipeline that the worker is") WorkerType workerType,
    @Doc(value = "Number of this attempt, counted from 1", example = "1") @Range(min = 1)
        long attempt,
    @Doc(
            value =
                "Number of attempts after which supervision gives up; absent when it never does",
            example = "5")
        @Nullable Long maxAttempts,
    @Doc("When the restart began") Timestamp timestamp,
    @Doc(
            value = "What made the restart necessary, in words for a person",
            example = "Three health checks failed in a row")
        @Nullable String reason) {}
