package dev.tocsin.events.payload.system;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Timestamp;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A change in the health of the whole system.
public record SystemHealthChangedPayload(
    @Doc("Health of the whole system from now on") SystemHealth health,
    @Doc("Health that it had until now; absent when none was known")
        @Nullable SystemHealth previousHealth,
    @Doc(
            value = "Health of each part by its name, in the part's own words",
            example =
                "{\"database\": \"healthy\", \"detector\": \"healthy\", \"gpu\": \"healthy\"}")
        Map<String, String> components,
    @Doc("When the health changed") Timestamp timestamp) {
  public SystemHealthChangedPayload {
    components = Collections.unmodifiableMap(new LinkedHashMap<>(components));
  }
}
