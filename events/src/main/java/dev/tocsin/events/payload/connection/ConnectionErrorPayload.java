package dev.tocsin.events.payload.connection;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Timestamp;

/// The last thing a connection hears before the server closes it for a reason of its own.
public record ConnectionErrorPayload(
    @Doc(value = "Why the connection is closed: the close code's name", example = "slow_consumer")
        String error,
    @Doc(
            value = "Why the connection is closed, in words for a person",
            example = "More events were waiting for this connection than may")
        String message,
    @Doc("When the server decided so") Timestamp timestamp) {}
