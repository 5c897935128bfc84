package dev.tocsin.events.payload.job;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The good end of a background job.
@Key("job_id")
public record JobCompletedPayload(
    @Doc(value = "Opaque identifier of the job, the same in all its events", example = "job-91c2")
        String jobId,
    @Doc(value = "Kind of work that the job does", example = "clip_export") String jobType,
    @Doc("When the job ended") Timestamp completedAt,
    @Doc(
            value = "What came out of it, as its kind of work defines it",
            example = "{\"clips\": 500, \"archive\": \"front-door-2026-01-09.zip\"}")
        @Nullable Map<String, @Nullable Object> result,
    @Doc(value = "Time from the start to the end of the job, in seconds", example = "94.6")
        @Nullable Double durationSeconds) {
  public JobCompletedPayload {
    result = result == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(result));
  }
}
