package dev.tocsin.events.payload.worker;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// A worker that ended in good order.
@Key("worker_name")
public record WorkerStoppedPayload(
    @Doc(
            value = "Name of the worker, unique within the installation",
            example = "detection-worker-1")
        String workerName,
    @Doc("Part of the pipeline that the worker is") WorkerType workerType,
    @Doc("When it ended") Timestamp timestamp,
    @Doc(value = "Why it ended, in words for a person", example = "Shut down for an update")
        @Nullable String reason,
    @Doc(value = "Number of items that it worked through since its start", example = "18342")
        @Nullable Long itemsProcessed) {}
