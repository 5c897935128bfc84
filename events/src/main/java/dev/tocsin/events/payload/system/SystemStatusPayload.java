package dev.tocsin.events.payload.system;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Timestamp;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The regular report on the system, one row of a dashboard.
public record SystemStatusPayload(
    @Doc(
            value = "Readings of the GPU, as its driver gives them",
            example =
                "{\"utilization\": 41.5, \"memory_used\": 8192, \"memory_total\": 24576,"
                    + " \"temperature\": 63.0}")
        Map<String, @Nullable Object> gpu,
    @Doc(value = "Number of cameras by what is counted", example = "{\"active\": 5, \"total\": 6}")
        Map<String, Long> cameras,
    @Doc(
            value = "Number of items in the analysis queue by what is counted",
            example = "{\"pending\": 3, \"processing\": 1}")
        Map<String, Long> queue,
    @Doc("Health of the whole system at the moment of the report") SystemHealth health,
    @Doc(
            value = "Status of each analysis model by its name, in the model server's words",
            example = "{\"detector\": \"ready\", \"analyzer\": \"ready\"}")
        @Nullable Map<String, String> ai,
    @Doc("When the report was taken") Timestamp timestamp) {
  public SystemStatusPayload {
    gpu = Collections.unmodifiableMap(new LinkedHashMap<>(gpu));
    cameras = Collections.unmodifiableMap(new LinkedHashMap<>(cameras));
    queue = Collections.unmodifiableMap(new LinkedHashMap<>(queue));
    ai = ai == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(ai));
  }
}
