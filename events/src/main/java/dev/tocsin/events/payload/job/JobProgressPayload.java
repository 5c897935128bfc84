package dev.tocsin.events.payload.job;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Range;
import org.jspecify.annotations.Nullable;

/// How far a background job has come.
@Key("job_id")
public record JobProgressPayload(
    @Doc(value = "Opaque identifier of the job, the same in all its events", example = "job-91c2")
        String jobId,
    @Doc(value = "Kind of work that the job does", example = "clip_export") String jobType,
    @Doc(value = "Share of the work that is done, in percent", example = "62")
        @Range(min = 0, max = 100)
        long progress,
    @Doc(
            value = "Where the job stands: a word of `JobStatus`, or a step of the job's own",
            example = "running")
        String status,
    @Doc(
            value = "What the job is doing at the moment, in words for a person",
            example = "Exported 310 of 500 clips")
        @Nullable String message) {}
