package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tocsin.fixtures.RecordedLogs;

/// Any bytes at all, in pieces of any size, where requests are expected.
class HttpFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void answersOrClosesWhateverComes(FuzzedDataProvider data) {
    try (EmbeddedServer server = new EmbeddedServer()) {
      while (data.remainingBytes() > 0 && !server.isClosed()) {
        int size = data.consumeInt(1, 64);
        server.receive(data.consumeBytes(size));
      }
      String said = server.said();
      if (!said.isEmpty()) {
        assertThat(said).startsWith("HTTP/1.1 ");
      }
      // Everyone is let go in the end: from a WebSocket come pings until it is silent for too long.
      server.pass(130_000);
      assertThat(server.isClosed()).isTrue();
      assertThat(server.context.http().openConnections()).isZero();
    }
    assertThat(RecordedLogs.take()).isEmpty();
  }
}
