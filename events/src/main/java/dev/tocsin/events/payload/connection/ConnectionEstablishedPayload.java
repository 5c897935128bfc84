package dev.tocsin.events.payload.connection;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Range;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// The first thing a connection hears: it is open, and this is where the log stands.
public record ConnectionEstablishedPayload(
    @Doc(
            value = "Opaque identifier that the server gave the connection, the one in its logs",
            example = "c-5d1c9e")
        String connectionId,
    @Doc("When the connection was opened") Timestamp timestamp,
    @Doc(
            value = "Name of the log; a sequence means something only within its epoch",
            example = "01JH5Z8Q4M")
        @Nullable String epoch,
    @Doc(
            value = "Position of the connection: everything above it that matches follows",
            example = "1234")
        @Range(min = 0)
        @Nullable Long sequence,
    @Doc(
            value =
                "Hash of the server's catalog; another one than a client was made for may have"
                    + " other types",
            example = "3f1d0c5b7a9e42688c41d2aa90be7f56")
        @Nullable String catalog,
    @Doc(
            value =
                "What an acknowledged event survives: process (the death of the server) or power"
                    + " (the loss of power as well); absent when the log ends with the server",
            example = "process")
        @Nullable String durability,
    @Doc(
            value =
                "Number of events of the past that follow before any other; absent when none were"
                    + " asked for",
            example = "3")
        @Range(min = 0)
        @Nullable Long initial,
    @Doc(
            value = "Whether those are all that were asked for; absent when they are",
            example = "false")
        @Nullable Boolean initialComplete) {}
