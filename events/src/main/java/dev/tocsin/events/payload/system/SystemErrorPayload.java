package dev.tocsin.events.payload.system;

import dev.tocsin.events.Default;
import dev.tocsin.events.Doc;
import dev.tocsin.events.Timestamp;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An error that concerns the system as a whole, not one camera, job or worker.
public record SystemErrorPayload(
    @Doc(value = "What went wrong, in a short form for programs", example = "storage_almost_full")
        String error,
    @Doc(
            value = "What went wrong, in words for a person",
            example = "The recordings' disk is 96 % full")
        String message,
    @Doc("When the error was met") Timestamp timestamp,
    @Doc(
            value = "Whatever else helps to find the cause",
            example = "{\"path\": \"/srv/recordings\", \"free_bytes\": 21474836480}")
        @Nullable Map<String, @Nullable Object> details,
    @Doc(
            value = "Whether the system goes on by itself; if not, a person has to act",
            example = "true")
        @Default("true")
        boolean recoverable) {
  public SystemErrorPayload {
    details = details == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }
}
