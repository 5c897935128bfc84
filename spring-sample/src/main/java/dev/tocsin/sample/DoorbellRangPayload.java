package dev.tocsin.sample;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Key;

/// Somebody has rung at a door.
@Key("door")
record DoorbellRangPayload(
    @Doc(value = "Which door", example = "front") String door,
    @Doc(value = "How often it has rung since the start", example = "3") int times) {}
