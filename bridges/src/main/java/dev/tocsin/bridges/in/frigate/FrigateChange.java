package dev.tocsin.bridges.in.frigate;

import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.Mapped;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What Frigate says when a thing of its own begins, changes or ends, be it an object or a review.
///
/// @param kind `new`, `update`, `end`, or whatever else it may say
/// @param before how the thing was
/// @param now how it is
/// @param message that says so
record FrigateChange(String kind, JsonNode before, JsonNode now, BridgeMessage message) {

  /// Takes a message apart. Nothing of it need be there.
  static FrigateChange of(BridgeMessage message) {
    JsonNode said = message.payload();
    return new FrigateChange(
        FrigateEvent.text(said, "type"), said.path("before"), said.path("after"), message);
  }

  /// The thing's id, the same from its beginning to its end.
  String id() {
    return text("id");
  }

  String camera() {
    return text("camera");
  }

  /// A text of the thing as it is; empty where it is not there.
  String text(String name) {
    return FrigateEvent.text(now, name);
  }

  /// The moment of which it speaks, in seconds; `null` where it does not say.
  @Nullable BigDecimal moment() {
    JsonNode frame = now.path("frame_time");
    return frame.isNumber() ? frame.decimalValue() : null;
  }

  /// Whether it lacks what each thing of its sort has.
  ///
  /// @param rest what it has besides an id and a camera
  boolean lacks(String rest) {
    return id().isEmpty() || camera().isEmpty() || text(rest).isEmpty();
  }

  /// The names of what is another now than before. What is not there and what is nothing are the same.
  ///
  /// @param names of what is looked at
  /// @param value what counts of a name
  List<String> changes(List<String> names, Lookup value) {
    List<String> changes = new ArrayList<>();
    for (String name : names) {
      JsonNode was = value.of(before, name);
      JsonNode is = value.of(now, name);
      if (!was.equals(is) && !(isNothing(was) && isNothing(is))) {
        changes.add(name);
      }
    }
    return changes;
  }

  /// What counts of a thing under a name.
  @FunctionalInterface
  interface Lookup {
    JsonNode of(JsonNode thing, String name);
  }

  static boolean isNothing(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  /// What becomes of a message of another kind than these.
  List<Mapped> unknown() {
    return FrigateEvent.malformed(
        "its type is " + Faults.quoted(kind) + ", not new, update or end");
  }
}
