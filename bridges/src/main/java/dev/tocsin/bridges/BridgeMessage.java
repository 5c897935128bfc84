package dev.tocsin.bridges;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What another system has said, before anything is made of it. Not to be changed.
///
/// @param bridge the name of the bridge that it has come to
/// @param topic the levels of its topic; `null` where there are no topics
/// @param payload what it says: JSON, or a text that is none
/// @param headers by their names in lower case, of each the first value
/// @param received when it came
record BridgeMessage(
    String bridge,
    @Nullable List<String> topic,
    JsonNode payload,
    Map<String, String> headers,
    Instant received) {

  BridgeMessage {
    topic = topic == null ? null : List.copyOf(topic);
    headers = Map.copyOf(headers);
  }
}
