package dev.tocsin.events;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A payload of an embedding application, with a field of every shape.
record DoorOpened(
    @Doc(value = "Which door", example = "front") String doorId,
    @Doc(value = "How far, in degrees", example = "90.0") @Range(min = 0, max = 180) double angle,
    @Doc(value = "How often today", example = "3") @Range(min = 1) long openings,
    @Doc(value = "Whether by force", example = "false") boolean forced,
    @Doc("When") Timestamp openedAt,
    @Doc("How") Way way,
    @Doc(value = "Who came in", example = "[\"ada\"]") List<String> persons,
    @Doc(value = "Where the person stands", example = "") Place place,
    @Doc("Where everybody stands") @Nullable List<Place> places,
    @Doc(value = "Whatever the lock tells", example = "{\"code\": 7}")
        @Nullable Map<String, @Nullable Object> lock,
    @Doc(value = "Names of the keys", example = "{\"k1\": \"ada\"}")
        @Nullable Map<String, String> keys,
    @Doc(value = "Uses of the keys", example = "{\"k1\": 2}") @Nullable Map<String, Long> uses,
    @Doc(value = "Whether somebody is at home", example = "true") @Default("true") boolean occupied,
    @Doc("How it was closed before") @Nullable Way closedBy,
    @Doc(value = "Weight of the door, in kilograms", example = "31.5") @Nullable Double weight) {

  enum Way {
    KEY,
    BELL_RUNG,
    UNKNOWN
  }

  record Place(
      @Doc(value = "From the left, in metres", example = "0.5") double x,
      @Doc(value = "What it is called", example = "hall") @Nullable String name) {}
}
