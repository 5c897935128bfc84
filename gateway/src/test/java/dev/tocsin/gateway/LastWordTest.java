package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.CloseCode;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections that end while there is no memory outside the heap for the last word: they are cut off.
class LastWordTest {

  /// It is told, in one line for all.
  @AfterEach
  void takeLog() {
    assertThat(RecordedLogs.take())
        .singleElement()
        .asString()
        .contains("connections ended: the memory outside the heap is used up");
  }

  private static void lackMemory(EmbeddedServer server, int fromAllocation) {
    server.channel.config().setAllocator(new ScarceAllocator(count -> count >= fromAllocation));
  }

  private static void close(EmbeddedServer server, CloseCode code) {
    server
        .connections()
        .forEach(connection -> ((LiveConnection) connection).close(code, "for the test"));
    server.runTasks();
  }

  /// That of the second is announced by a message before the close frame.
  @ParameterizedTest
  @ValueSource(strings = {"TRY_AGAIN_LATER", "SLOW_CONSUMER"})
  void aWebSocketThatTheServerCloses(CloseCode code) {
    try (EmbeddedServer server = EmbeddedServer.webSocket("")) {
      lackMemory(server, 1);

      close(server, code);

      assertThat(server.isClosed()).isTrue();
    }
  }

  @Test
  void aWebSocketThatItsClientCloses() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("")) {
      lackMemory(server, 1);

      server.receive(RawWebSocket.frame(0x88, new byte[] {3, (byte) 0xE8}));

      assertThat(server.isClosed()).isTrue();
    }
  }

  @Test
  void aWebSocketThatBreaksTheProtocol() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("")) {
      lackMemory(server, 1);

      server.receive(RawWebSocket.frame(0x83, new byte[0]));

      assertThat(server.isClosed()).isTrue();
    }
  }

  /// There is memory for nothing, or for the reason and not for the end of the body.
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aStream(int fromAllocation) {
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.receive("GET /sse/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(server.said()).contains("established");
      lackMemory(server, fromAllocation);

      close(server, CloseCode.SLOW_CONSUMER);

      assertThat(server.isClosed()).isTrue();
    }
  }
}
