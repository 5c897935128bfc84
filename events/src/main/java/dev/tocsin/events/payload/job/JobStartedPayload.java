package dev.tocsin.events.payload.job;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The beginning of a background job.
@Key("job_id")
public record JobStartedPayload(
    @Doc(value = "Opaque identifier of the job, the same in all its events", example = "job-91c2")
        String jobId,
    @Doc(value = "Kind of work that the job does", example = "clip_export") String jobType,
    @Doc("When work on the job began") Timestamp startedAt,
    @Doc(value = "Time that the job will probably take, in seconds", example = "90")
        @Nullable Long estimatedDuration,
    @Doc(
            value = "What the job was asked to do, as its kind of work defines it",
            example = "{\"camera_id\": \"front-door\", \"clips\": 500}")
        @Nullable Map<String, @Nullable Object> metadata) {
  public JobStartedPayload {
    metadata = metadata == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }
}
