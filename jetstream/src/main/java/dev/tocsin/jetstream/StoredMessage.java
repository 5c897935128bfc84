package dev.tocsin.jetstream;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One message as the leader of its stream has it. The arrays are not to be changed.
///
/// @param time when the stream took it, in the server's words
/// @param headers its headers as they were sent; empty when it has none
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record StoredMessage(String subject, long sequence, String time, byte[] headers, byte[] body) {

  /// Reads the answer to `STREAM.MSG.GET`; `null` when it is none.
  static @Nullable StoredMessage of(JsonNode json) {
    JsonNode message = json.path("message");
    if (!message.isObject()) {
      return null;
    }
    Base64.Decoder base64 = Base64.getDecoder();
    try {
      return new StoredMessage(
          message.path("subject").asString(""),
          message.path("seq").asLong(0),
          message.path("time").asString(""),
          base64.decode(message.path("hdrs").asString("")),
          base64.decode(message.path("data").asString("")));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /// What a header says; `null` when it is absent.
  @Nullable String header(String name) {
    for (String line : new String(headers, StandardCharsets.UTF_8).split("\r\n", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
        return line.substring(colon + 1).strip();
      }
    }
    return null;
  }
}
