package dev.tocsin.events.payload.job;

import dev.tocsin.events.Default;
import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// The bad end of a background job.
@Key("job_id")
public record JobFailedPayload(
    @Doc(value = "Opaque identifier of the job, the same in all its events", example = "job-91c2")
        String jobId,
    @Doc(value = "Kind of work that the job does", example = "clip_export") String jobType,
    @Doc("When the job gave up") Timestamp failedAt,
    @Doc(
            value = "What went wrong, in words for a person",
            example = "The archive's disk has no space left")
        String error,
    @Doc(value = "What went wrong, in a short form for programs", example = "disk_full")
        @Nullable String errorCode,
    @Doc(value = "Whether the same job may succeed when it is started again", example = "true")
        @Default("false")
        boolean retryable) {}
