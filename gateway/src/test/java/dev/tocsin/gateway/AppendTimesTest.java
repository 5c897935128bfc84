package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.post;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.hub.DurationFigures;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// An append lasts from its first byte, whatever the way in.
class AppendTimesTest {

  /// Longer than a cold or busy machine needs for an append, most of the time.
  private static final double PAUSE_SECONDS = 0.3;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void pause() {
    long end = System.nanoTime() + (long) (PAUSE_SECONDS * 1e9);
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  /// What comes in two pieces with a pause between.
  private static void inTwo(EmbeddedServer server, byte[] bytes, int first) {
    server.receive(Arrays.copyOf(bytes, first));
    pause();
    server.receive(Arrays.copyOfRange(bytes, first, bytes.length));
  }

  /// How many of the appends lasted as long as a pause.
  private static long slow(EmbeddedServer server) {
    DurationFigures appends = server.hub.stats().appends();
    int first = DurationFigures.UPPER_BOUNDS_SECONDS.indexOf(0.25) + 1;
    return appends.counts().stream().skip(first).mapToLong(Long::longValue).sum();
  }

  private static long all(EmbeddedServer server) {
    return server.hub.stats().appends().count();
  }

  @Test
  void aRequestBeginsWithItsFirstByte() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.timeGoesOn = true;
      inTwo(server, bytes(post("/api/v1/events", TestServer.alert("a"))), 10);
      assertThat(slow(server)).isEqualTo(1);
      // Silence before it does not count.
      pause();
      server.receive(post("/api/v1/events", TestServer.alert("a")));

      assertThat(all(server)).isEqualTo(2);
      assertThat(slow(server)).isEqualTo(1);
    }
  }

  @Test
  void aLineBeginsWithItsFirstByte() {
    String lines = TestServer.alert("a") + "\n" + TestServer.alert("b") + "\n";
    byte[] whole =
        bytes(request("POST", "/api/v1/events", lines, "Content-Type: application/x-ndjson"));
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.timeGoesOn = true;
      // After the first line and a part of the second.
      inTwo(server, whole, whole.length - 10);

      assertThat(all(server)).isEqualTo(2);
      assertThat(slow(server)).isEqualTo(1);
    }
  }

  @Test
  void aMessageBeginsWithItsFirstByte() {
    byte[] publish =
        RawWebSocket.textFrame("{\"action\":\"publish\",\"event\":" + TestServer.alert("a") + "}");
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      server.timeGoesOn = true;
      pause();
      server.receive(publish);
      assertThat(slow(server)).isZero();
      inTwo(server, publish, 20);

      assertThat(all(server)).isEqualTo(2);
      assertThat(slow(server)).isEqualTo(1);
    }
  }
}
