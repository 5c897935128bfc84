package dev.tocsin.bridges.in.frigate;

import dev.tocsin.bridges.bridge.Digest;
import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.Mapped;
import dev.tocsin.bridges.mapping.MomentUnit;
import dev.tocsin.events.Json;
import dev.tocsin.events.Timestamp;
import dev.tocsin.events.WebSocketEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What the events of Frigate have in common: how they are made, and what is taken out of its messages.
final class FrigateEvent {

  private static final int DIGEST_BYTES = 9;

  private FrigateEvent() {}

  /// An event.
  ///
  /// @param key what tells it from others; `null` for a state, which its topic tells
  static Mapped of(String type, ObjectNode payload, @Nullable String key) {
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    envelope.put("type", type);
    envelope.set("payload", payload);
    byte[] json = Json.write(envelope).getBytes(StandardCharsets.UTF_8);
    return json.length > WebSocketEvent.MAX_BYTES
        ? new Mapped.Impossible(
            Reason.TOO_LARGE,
            "the event would be larger than " + WebSocketEvent.MAX_BYTES + " bytes")
        : new Mapped.Event(type, json, key);
  }

  /// A message that is none of Frigate's.
  static List<Mapped> malformed(String sentence) {
    return List.of(new Mapped.Impossible(Reason.MALFORMED, sentence));
  }

  /// A text that is there; empty where it is not.
  static String text(JsonNode object, String name) {
    return object.path(name).asString("");
  }

  /// A moment as Frigate has it: seconds since 1970.
  static @Nullable Instant moment(JsonNode seconds) {
    return MomentUnit.SECONDS.moment(seconds);
  }

  static String text(Instant moment) {
    return Timestamp.of(moment).text();
  }

  /// A moment of the message, or when it came.
  static String moment(JsonNode seconds, BridgeMessage message) {
    Instant moment = moment(seconds);
    return text(moment == null ? message.received() : moment);
  }

  /// Copies what is there.
  static void copy(JsonNode from, ObjectNode to, String... names) {
    for (String name : names) {
      put(from.path(name), to, name);
    }
  }

  /// Sets a field, unless there is nothing to say.
  static void put(JsonNode value, ObjectNode to, String name) {
    if (!value.isMissingNode() && !value.isNull()) {
      to.set(name, value);
    }
  }

  /// A short form of a message, for keys.
  static String digest(BridgeMessage message) {
    return Digest.ofParts("", Json.write(message.payload()).getBytes(StandardCharsets.UTF_8))
        .hex(DIGEST_BYTES);
  }
}
