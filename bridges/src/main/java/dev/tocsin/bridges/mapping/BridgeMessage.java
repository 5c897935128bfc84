package dev.tocsin.bridges.mapping;

import dev.tocsin.events.Json;
import dev.tocsin.events.LongNumbers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What another system has said, before anything is made of it. Not to be changed.
///
/// @param bridge the name of the bridge that it has come to
/// @param topic the levels of its topic; `null` where there are no topics
/// @param payload what it says: JSON, or a text that is none
/// @param headers by their names in lower case, of each the first value
/// @param received when it came
public record BridgeMessage(
    String bridge,
    @Nullable List<String> topic,
    JsonNode payload,
    Map<String, String> headers,
    Instant received) {

  public BridgeMessage {
    topic = topic == null ? null : List.copyOf(topic);
    headers = Map.copyOf(headers);
  }

  /// What a payload says: JSON, or else a text; `null` when it is neither.
  public static @Nullable JsonNode read(byte[] payload) {
    if (LongNumbers.areIn(payload)) {
      return null;
    }
    if (Json.read(payload) instanceof Json.Value(JsonNode tree)) {
      return tree;
    }
    try {
      return JsonNodeFactory.instance.stringNode(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString());
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
