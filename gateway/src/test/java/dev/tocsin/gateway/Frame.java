package dev.tocsin.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A WebSocket frame as it came from the server.
///
/// @param first the byte with the flags and the opcode
@SuppressWarnings("ArrayRecordComponent") // never compared
record Frame(int first, byte[] payload) {

  static final int TEXT = 0x81;
  static final int BINARY = 0x82;
  static final int CLOSE = 0x88;
  static final int PING = 0x89;
  static final int PONG = 0x8A;

  private static final JsonMapper MAPPER = new JsonMapper();

  String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }

  JsonNode json() {
    return MAPPER.readTree(payload);
  }

  int closeCode() {
    return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
  }

  String closeReason() {
    return new String(Arrays.copyOfRange(payload, 2, payload.length), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return Integer.toHexString(first) + " " + (first == CLOSE ? closeCode() + "" : text());
  }
}
