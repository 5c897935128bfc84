package dev.tocsin.events.payload.worker;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// A worker that works again.
@Key("worker_name")
public record WorkerRecoveredPayload(
    @Doc(
            value = "Name of the worker, unique within the installation",
            example = "detection-worker-1")
        String workerName,
    @Doc("Part of the pipeline that the worker is") WorkerType workerType,
    @Doc("State that the worker was in before it recovered") WorkerStateEnum previousState,
    @Doc("When it was at work again") Timestamp timestamp,
    @Doc(value = "Time from the fault to the recovery, in milliseconds", example = "4180.5")
        @Nullable Double recoveryDurationMs) {}
