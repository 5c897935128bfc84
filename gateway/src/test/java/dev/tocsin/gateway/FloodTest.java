package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/// Whatever one client sends, good or bad, is worked off in turns: in between, the loop does what else is to be
/// done.
class FloodTest {

  private static final long LOOK_NANOS = 10_000;

  /// What had been done of a flood when the loop could first look after others.
  private static long doneInTheFirstRound(EmbeddedServer server, byte[] flood, LongSupplier done) {
    AtomicLong first = new AtomicLong(-1);
    server.nanosPerLook = LOOK_NANOS;
    server.channel.eventLoop().execute(() -> first.set(done.getAsLong()));
    server.channel.writeInbound(Unpooled.copiedBuffer(flood));
    server.runTasks();
    server.nanosPerLook = 0;
    return first.get();
  }

  private static byte[] request(String body) {
    return ("POST /api/v1/events HTTP/1.1\r\n"
            + "Host: localhost\r\n"
            + "Content-Type: application/x-ndjson\r\n"
            + "Content-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] frames(byte[] frame, int count) {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      frames.writeBytes(frame);
    }
    return frames.toByteArray();
  }

  @Test
  void badLines() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      long first =
          doneInTheFirstRound(
              server, request("x\n".repeat(1_000)), () -> server.hub.stats().rejected());

      assertThat(first).isLessThan(50);
      assertThat(server.hub.stats().rejected()).isEqualTo(1_000);
      assertThat(server.said()).contains("HTTP/1.1 422", "\"rejected_count\":1000");
    }
  }

  @Test
  void goodLinesAndEmptyOnes() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      String line = "\n\n\n" + TestServer.alert("a") + "\n";
      long first =
          doneInTheFirstRound(
              server, request(line.repeat(200)), () -> server.hub.stats().published());

      assertThat(first).isLessThan(50);
      assertThat(server.said()).contains("HTTP/1.1 200", "\"accepted\":200,");
    }
  }

  @Test
  void aStreamThatEndsInTheMiddleOfItsTurnIsAnsweredWhole() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      doneInTheFirstRound(
          server,
          request((TestServer.alert("a") + "\n").repeat(200) + TestServer.alert("last")),
          () -> 0);

      assertThat(server.said()).contains("\"accepted\":201,", "\"rejected_count\":0");
    }
  }

  @Test
  void actions() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      StringBuilder said = new StringBuilder();
      long first =
          doneInTheFirstRound(
              server,
              frames(RawWebSocket.textFrame("x"), 500),
              () -> {
                said.append(server.channel.outboundMessages().size());
                return said.isEmpty() ? 0 : said.charAt(0) - '0';
              });

      assertThat(first).isLessThan(5);
      assertThat(server.said().split("invalid_json", -1)).hasSize(501);
    }
  }

  @Test
  void actionsOfAClientThatHasFinishedSendingAreAnswered() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      server.nanosPerLook = LOOK_NANOS;
      server
          .channel
          .eventLoop()
          .execute(() ->
              server.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE));
      server.channel.writeInbound(Unpooled.copiedBuffer(frames(RawWebSocket.textFrame("x"), 300)));

      assertThat(server.said().split("invalid_json", -1)).hasSize(301);
      assertThat(server.isClosed()).isTrue();
      server.nanosPerLook = 0;
    }
  }

  @Test
  void pipelinedRequests() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      byte[] requests =
          "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
              .repeat(500)
              .getBytes(StandardCharsets.US_ASCII);
      long first =
          doneInTheFirstRound(server, requests, () -> server.channel.outboundMessages().size());

      assertThat(first).isLessThan(100);
      assertThat(server.said().split("HTTP/1.1 200", -1)).hasSize(501);
    }
  }

  @Test
  void pipelinedRequestsOfAClientThatHasFinishedSendingAreAnswered() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.nanosPerLook = LOOK_NANOS;
      server.channel.writeInbound(
          Unpooled.copiedBuffer(
              "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(200),
              StandardCharsets.US_ASCII));
      server.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

      assertThat(server.said().split("HTTP/1.1 200", -1)).hasSize(201);
      server.nanosPerLook = 0;
    }
  }

  @Test
  void aPipelineIsHeldAsBytesAndNotAsRequests() {
    try (EmbeddedServer server = new EmbeddedServer(new StallingLog())) {
      String publish = TestServer.alert("a");
      String request =
          "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: "
              + publish.length()
              + "\r\n\r\n"
              + publish;
      server.receive(request.repeat(200));

      assertThat(server.connections().input().heldBytes())
          .isBetween(100L * request.length(), 200L * request.length());
    }
  }

  @Test
  void unfinishedInputIsCountedAndGivenUpInWords() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      byte[] whole = RawWebSocket.frame(Frame.TEXT, new byte[60_000]);
      server.receive(Arrays.copyOf(whole, 50_000));
      assertThat(server.connections().input().heldBytes()).isBetween(49_000L, 120_000L);

      server.connections().input().open(() -> {}).set(40_000);
      assertThat(server.isClosed()).isFalse();
      server.connections().input().open(() -> {}).set(1_000);
      var other = server.connections().input().open(() -> {});
      long rest =
          server.context.http().heapShareBytes(8) - server.connections().input().heldBytes();
      while (rest > 0) {
        long part = Math.min(rest, 40_000);
        server.connections().input().open(() -> {}).set(part);
        rest -= part;
      }
      other.set(1);

      assertThat(server.said()).contains("No memory is left for unfinished messages");
      assertThat(RecordedLogs.take()).singleElement().asString().contains("no memory is left");
    }
  }
}
