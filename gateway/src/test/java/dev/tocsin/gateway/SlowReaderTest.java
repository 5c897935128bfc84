package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Flood;
import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.Transport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Clients that do not take what they are sent.
class SlowReaderTest {

  private static final int SMALL_BUFFER = 4_096;

  /// A server whose log is in memory; [LateSlowReaderTest] has another.
  TestServer start(GatewaySettings settings) {
    return TestServer.start(settings);
  }

  private TestServer start(Transport transport) {
    return start(TestServer.settings(transport));
  }

  private TestServer start() {
    return start(Transport.AUTO);
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void readsOnAtItsOwnPaceAndTheOthersAreUnharmed(Transport transport) {
    try (TestServer server = start(transport);
        RawWebSocket slow =
            RawWebSocket.open(RawClient.to(server.port(), SMALL_BUFFER), "?events=alert.*");
        RawWebSocket quick = server.socket("?events=alert.*")) {
      int sent = 300;
      for (int i = 1; i <= sent; i++) {
        server.publish(TestServer.large("a", 60_000));
        assertThat(quick.message().path("sequence").asLong()).isEqualTo(i);
      }

      // None of the 18 MB is lost, doubled or out of order, and then it is live again.
      for (int i = 1; i <= sent; i++) {
        JsonNode event = slow.message();
        assertThat(event.path("sequence").asLong()).isEqualTo(i);
        assertThat(event.path("previous").asLong()).isEqualTo(i - 1);
      }
      server.publish(TestServer.alert("b"));
      assertThat(slow.message().path("sequence").asLong()).isEqualTo(sent + 1);
      assertThat(quick.message().path("sequence").asLong()).isEqualTo(sent + 1);
    }
  }

  @Test
  void canChangeItsPatternsWhileItLags() {
    try (TestServer server = start();
        RawWebSocket slow =
            RawWebSocket.open(RawClient.to(server.port(), SMALL_BUFFER), "?events=alert.*")) {
      for (int i = 1; i <= 300; i++) {
        server.publish(TestServer.large("a", 60_000));
      }
      slow.say("{\"action\":\"unsubscribe\"}");

      long position = 0;
      JsonNode message = slow.message();
      while (message.has("payload")) {
        position = message.path("sequence").asLong();
        message = slow.message();
      }
      assertThat(message.path("action").asString()).isEqualTo("unsubscribed");
      assertThat(message.path("sequence").asLong()).isBetween(position, 299L);
      slow.say("ping");
      assertThat(slow.message().path("type").asString()).isEqualTo("pong");
    }
  }

  /// What waits in the kernel alone is more than such a client reads in a minute, and its answer to a ping comes after that.
  @Test
  @EnabledOnOs(OS.LINUX)
  void isAliveAsLongAsItTakesAnything() throws Exception {
    try (TestServer server = start();
        RawWebSocket slow =
            RawWebSocket.open(RawClient.to(server.port(), SMALL_BUFFER), "?events=alert.*")) {
      for (int i = 0; i < 20; i++) {
        server.publish(TestServer.large("a", 60_000));
      }
      for (int seconds = 0; seconds < 150; seconds += 25) {
        slow.client().bytes(20_000);
        server.passSeconds(25);
      }

      assertThat(connections(server)).isEqualTo(1);
    }
  }

  /// Its kernel takes what comes, but nothing waits.
  @Test
  void isGoneWhenItReadsAndSaysNothing() {
    try (TestServer server = start();
        RawWebSocket silent = server.socket("?events=none")) {
      for (int seconds = 0; seconds < 75; seconds += 25) {
        server.passSeconds(25);
      }

      assertThat(silent.closeFrame().closeCode()).isEqualTo(4508);
    }
  }

  @Test
  void isClosedWhenItTakesNothingForTooLong() {
    GatewaySettings settings = TestServer.impatient(Duration.ofSeconds(30), null);
    try (TestServer server = start(settings);
        RawWebSocket stalled =
            RawWebSocket.open(RawClient.to(server.port(), SMALL_BUFFER), "?events=alert.*")) {
      for (int i = 0; i < 300; i++) {
        server.publish(TestServer.large("a", 60_000));
      }
      while (connections(server) > 0) {
        server.passSeconds(7);
        stalled.say("ping");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
      }

      List<Frame> frames = stalled.rest();
      assertThat(frames.getLast().closeCode()).isEqualTo(4503);
      JsonNode reason = frames.get(frames.size() - 2).json();
      assertThat(reason.path("type").asString()).isEqualTo("connection.error");
      assertThat(reason.path("payload").path("error").asString()).isEqualTo("slow_consumer");
    }
  }

  private static int connections(TestServer server) {
    return server.hub.stats().subscriptions().totalConnections();
  }

  /// Answers grow the output only as long as it is taken. Ping frames are read on: of those only the newest is answered
  /// then.
  @ParameterizedTest
  @ValueSource(strings = {"ping", "{", "subscribe", "publish"})
  void stopsReadingFromAFlooderThatReadsNothing(String kind) throws Exception {
    byte[] one =
        switch (kind) {
          case "subscribe" ->
              RawWebSocket.textFrame("{\"action\":\"subscribe\",\"events\":[\"alrt.*\"]}");
          case "publish" ->
              RawWebSocket.textFrame(
                  "{\"action\":\"publish\",\"event\":" + TestServer.job(200) + "}");
          default -> RawWebSocket.textFrame(kind);
        };
    try (TestServer server = start();
        RawWebSocket flooder =
            RawWebSocket.open(RawClient.to(server.port(), SMALL_BUFFER), "?events=none");
        RawWebSocket other = server.socket("?events=alert.*")) {
      Flood.of(flooder.client(), one).awaitStandstill();

      server.publish(TestServer.alert("a"));
      assertThat(other.message().path("type").asString()).isEqualTo("alert.deleted");
      // When it reads, it is read again.
      for (int i = 0; i < 1_000; i++) {
        flooder.frame();
      }
    }
  }

  /// The close frame waits for what was not read, and is not thrown away for it.
  @Test
  void isToldOfItsFaultAfterWhatItHasNotRead() {
    try (TestServer server = start();
        RawWebSocket slow =
            RawWebSocket.open(RawClient.to(server.port(), SMALL_BUFFER), "?events=alert.*")) {
      String event = TestServer.large("a", 60_000);
      int count = 4;
      for (int i = 0; i < count; i++) {
        server.publish(event);
      }
      while (server.hub.stats().delivered() < count) {
        Thread.onSpinWait();
      }
      slow.send(0x83, "?".getBytes(StandardCharsets.US_ASCII));

      List<Frame> frames = slow.rest();
      assertThat(frames).hasSize(count + 1);
      assertThat(frames.getLast().closeCode()).isEqualTo(1002);
    }
  }

  @Test
  void losesAConnectionThatDoesNotTakeItsAnswer() {
    try (TestServer server = start();
        RawClient slow = RawClient.to(server.port(), SMALL_BUFFER)) {
      slow.send(get("/api/v1/catalog").repeat(500));
      while (server.openConnections() == 0) {
        Thread.onSpinWait();
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (server.openConnections() > 0) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        server.passSeconds(1);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }

      assertThat(slow.rest().length()).isLessThan(500 * 10_000);
    }
  }

  @Test
  void keepsAConnectionThatTakesItsAnswersSlowly() throws Exception {
    try (TestServer server = start();
        RawClient slow = RawClient.to(server.port(), SMALL_BUFFER)) {
      slow.send(get("/api/v1/catalog").repeat(300));
      for (int i = 0; i < 300; i++) {
        // Two minutes pass while the answers are taken one by one.
        server.ahead.addAndGet(TimeUnit.MILLISECONDS.toNanos(400));
        assertThat(slow.answer().status()).isEqualTo(200);
      }
      assertThat(slow.ask(get("/healthz")).status()).isEqualTo(200);
    }
  }
}
