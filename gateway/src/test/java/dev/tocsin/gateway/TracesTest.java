package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What an operator who looks for a fault is told of each connection.
@Timeout(60)
class TracesTest {

  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.start();
    RecordedLogs.takeTraces();
    RecordedLogs.trace(true);
  }

  @AfterEach
  void stop() {
    RecordedLogs.trace(false);
    server.close();
  }

  /// All lines until one that contains a text.
  private static List<String> until(String text) {
    List<String> lines = new ArrayList<>();
    while (lines.stream().noneMatch(line -> line.contains(text))) {
      assertThat(Thread.currentThread().isInterrupted()).as(text).isFalse();
      lines.addAll(RecordedLogs.takeTraces());
    }
    return lines;
  }

  @Test
  void tellsAConnectionFromItsBeginningToItsEnd() {
    String id;
    try (RawWebSocket socket = server.socket("")) {
      id = socket.established().path("connection_id").asString();
      socket.subscribe("alert.*");
      socket.ask("{\"action\":\"unsubscribe\",\"events\":[\"alert.*\"]}");
      socket.ask("{\"action\":\"unsubscribe\"}");
      socket.ask("{\"action\":\"resume\",\"since\":0}");
      socket.send(0x88, new byte[] {3, (byte) 0xe8});
      socket.closeFrame();
    }

    assertThat(until("disconnected"))
        .allMatch(line -> line.contains("connection=" + id))
        .satisfiesExactly(
            line -> assertThat(line).contains("connected", "address=127.0.0.1:", "patterns=all"),
            line -> assertThat(line).contains("patterns=[alert.*]", " subscribed"),
            line -> assertThat(line).contains("patterns=[alert.*]", "unsubscribed"),
            line -> assertThat(line).contains("unsubscribed"),
            line -> assertThat(line).contains("since=0", "resumes"),
            line ->
                assertThat(line)
                    .contains("address=127.0.0.1:", "code=1000", "by=client", "disconnected"));
  }

  @Test
  void tellsWhoEndedItAndWhy() {
    try (RawWebSocket socket = server.socket("")) {
      socket.send(0x82, new byte[] {1});
      socket.closeFrame();
    }
    assertThat(until("disconnected").getLast())
        .contains("code=1003", "by=server", "The protocol is text, not binary");
  }

  @Test
  void tellsOfOneThatIsGoneWithoutAWord() {
    server.socket("").close();

    assertThat(until("disconnected").getLast()).contains("code=1006", "by=client");
  }
}
