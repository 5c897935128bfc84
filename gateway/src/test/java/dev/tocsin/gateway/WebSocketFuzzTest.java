package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/// Any bytes, and any frames, where frames are expected.
class WebSocketFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void answersOrClosesWhateverComes(FuzzedDataProvider data) {
    boolean framed = data.consumeBoolean();
    try (EmbeddedServer server =
        EmbeddedServer.webSocket(
            "?events=alert.*",
            data.consumeBoolean() ? "Sec-WebSocket-Extensions: permessage-deflate" : "X: y")) {
      while (data.remainingBytes() > 0 && !server.isClosed()) {
        if (framed) {
          int first = data.consumeInt(0, 255);
          byte[] payload = data.consumeBytes(data.consumeInt(0, 200));
          server.receive(RawWebSocket.frame(first, payload, first != 0xFF));
        } else {
          server.receive(data.consumeBytes(data.consumeInt(1, 64)));
        }
      }
      assertFrames(server.said());
      server.pass(70_000);
      assertThat(server.isClosed()).isTrue();
      assertThat(server.hub.stats().subscriptions().totalConnections()).isZero();
    }
    assertThat(RecordedLogs.take()).isEmpty();
  }

  /// Only whole frames, and nothing after a close.
  private static void assertFrames(String said) {
    ByteBuf bytes = Unpooled.wrappedBuffer(said.getBytes(StandardCharsets.ISO_8859_1));
    boolean closed = false;
    while (bytes.isReadable()) {
      assertThat(closed).isFalse();
      int first = bytes.readUnsignedByte();
      assertThat(first).isIn(Frame.TEXT, 0xC1, Frame.PONG, Frame.CLOSE);
      int length = bytes.readUnsignedByte();
      assertThat(length).isLessThan(128);
      bytes.skipBytes(length == 126 ? bytes.readUnsignedShort() : length);
      closed = first == Frame.CLOSE;
    }
  }
}
