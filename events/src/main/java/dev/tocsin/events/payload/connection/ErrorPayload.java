package dev.tocsin.events.payload.connection;

import dev.tocsin.events.Doc;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Why a client's message could not be served; the connection stays open.
public record ErrorPayload(
    @Doc(value = "Stable code of the refusal", example = "invalid_payload") String error,
    @Doc(
            value = "What is wrong with the message, in words for a person",
            example = "The payload does not fit the schema of alert.created")
        String message,
    @Doc(
            value = "What else the code promises; for `invalid_payload` every fault by its place",
            example =
                "{\"errors\": [{\"path\": \"/severity\", \"code\": \"required\", \"message\":"
                    + " \"severity is missing\"}]}")
        @Nullable Map<String, @Nullable Object> details) {
  public ErrorPayload {
    details = details == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }
}
