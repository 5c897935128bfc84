package dev.tocsin.events.payload.job;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// The early end of a background job that was called off.
@Key("job_id")
public record JobCancelledPayload(
    @Doc(value = "Opaque identifier of the job, the same in all its events", example = "job-91c2")
        String jobId,
    @Doc(value = "Kind of work that the job does", example = "clip_export") String jobType,
    @Doc("When the job stopped working") Timestamp cancelledAt,
    @Doc(
            value = "Who or what called it off and why, in words for a person",
            example = "Called off from the dashboard: wrong day chosen")
        @Nullable String reason) {}
