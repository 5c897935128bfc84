package dev.tocsin.events.payload.service;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// A change in the status of one service.
@Key("service")
public record ServiceStatusChangedPayload(
    @Doc(value = "Name of the service, as supervision knows it", example = "detector")
        String service,
    @Doc("Status of the service from now on") ServiceStatus status,
    @Doc("Status that it had until now; absent when none was known")
        @Nullable ServiceStatus previousStatus,
    @Doc(
            value = "What brought the change about, in words for a person",
            example = "Answers its health checks again")
        @Nullable String message,
    @Doc("When the status changed") Timestamp timestamp) {}
