package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawWebSocket.frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Deflated;
import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawWebSocket;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// RFC 7692 between a client and the server.
class DeflateTest {

  private static final int DEFLATED_TEXT = 0xC1;

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String handshake(String query, String parameters) {
    return RawWebSocket.handshake(
        "/ws/events" + query, "Sec-WebSocket-Extensions: permessage-deflate" + parameters);
  }

  private static RawWebSocket open(String query, String parameters) {
    return RawWebSocket.opened(server.client().send(handshake(query, parameters)));
  }

  private static byte[] deflated(String text) {
    return Deflated.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode inflate(Frame frame) {
    assertThat(frame.first()).isEqualTo(DEFLATED_TEXT);
    return new Frame(Frame.TEXT, Deflated.inflated(frame.payload())).json();
  }

  /// Two of each, since connections take turns with the event loops, and each loop compresses for its own.
  @Test
  void deliversToEachAsItWasAgreed() {
    try (RawWebSocket plain = server.socket("?events=alert.*");
        RawWebSocket plainToo = server.socket("?events=alert.*");
        RawWebSocket full = open("?events=alert.*", "");
        RawWebSocket fullToo = open("?events=alert.*", "; client_max_window_bits");
        RawWebSocket small = open("?events=alert.*", "; server_max_window_bits=8");
        RawWebSocket smallToo = open("?events=alert.*", "; server_max_window_bits=8")) {
      for (int i = 0; i < 3; i++) {
        long sequence = server.publish(TestServer.large("a" + i, 2_000));

        String text = plain.message().toString();
        assertThat(text).contains("\"sequence\":" + sequence);
        assertThat(plainToo.message()).hasToString(text);
        Frame large = full.frame();
        Frame pieces = small.frame();
        assertThat(inflate(large)).hasToString(text);
        assertThat(inflate(pieces)).hasToString(text);
        assertThat(pieces.payload().length).isGreaterThan(large.payload().length);
        assertThat(fullToo.frame().payload()).isEqualTo(large.payload());
        assertThat(smallToo.frame().payload()).isEqualTo(pieces.payload());
      }
    }
  }

  @Test
  void leavesShortMessagesAsTheyAre() {
    try (RawWebSocket socket = open("?events=alert.*", "")) {
      server.publish(TestServer.alert("a"));
      assertThat(socket.frame().first()).isEqualTo(Frame.TEXT);
      assertThat(socket.ask("ping").path("type").asString()).isEqualTo("pong");
      String patterns = "\"" + "p".repeat(200) + "\",\"" + "q".repeat(200) + "\"";
      socket.say("{\"action\":\"subscribe\",\"events\":[" + patterns + "]}");
      assertThat(inflate(socket.frame()).path("action").asString()).isEqualTo("subscribed");
    }
  }

  @Test
  void catchesUpCompressed() {
    long since = server.hub.log().state().newest();
    for (int i = 0; i < 50; i++) {
      server.publish(TestServer.large("c" + i, 4_000));
    }
    try (RawWebSocket socket = open("?events=alert.*&since=" + since, "")) {
      assertThat(socket.message().path("action").asString()).isEqualTo("resumed");
      for (int i = 0; i < 50; i++) {
        assertThat(inflate(socket.frame()).path("payload").path("id").asString())
            .isEqualTo("c" + i);
      }
      server.publish(TestServer.large("live", 4_000));
      assertThat(inflate(socket.frame()).path("payload").path("id").asString()).isEqualTo("live");
    }
  }

  @Test
  void understandsWhatComesCompressed() {
    try (RawWebSocket socket = open("?events=camera.*", "")) {
      byte[] ping = deflated("{\"action\":\"ping\",\"id\":\"€" + "x".repeat(1_000) + "\"}");
      socket.send(DEFLATED_TEXT, ping);
      assertThat(inflate(socket.frame()).path("id").asString()).startsWith("€xxx");

      // In fragments with a ping between them; only the first has the bit.
      socket.send(0x41, Arrays.copyOf(ping, 5));
      assertThat(socket.send(Frame.PING, new byte[] {1}).frame().first()).isEqualTo(Frame.PONG);
      socket.send(0x80, Arrays.copyOfRange(ping, 5, ping.length));
      assertThat(inflate(socket.frame()).path("id").asString()).startsWith("€xxx");

      assertThat(socket.ask("ping").path("type").asString()).isEqualTo("pong");
    }
  }

  @Test
  void takesTheLargestMessageHoweverBadlyItCompresses() {
    try (RawWebSocket socket = open("?events=camera.*", "")) {
      String text = "{\"type\":\"ping\"}" + " ".repeat(Limits.MAX_MESSAGE_BYTES - 15);
      socket.send(DEFLATED_TEXT, deflated(text));
      assertThat(socket.message().path("type").asString()).isEqualTo("pong");

      ByteArrayOutputStream stored = new ByteArrayOutputStream();
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      for (int at = 0; at < bytes.length; at += 128) {
        stored.writeBytes(new byte[] {0, (byte) 128, 0, 127, (byte) 255});
        stored.write(bytes, at, 128);
      }
      stored.write(0);
      socket.send(DEFLATED_TEXT, stored.toByteArray());
      assertThat(socket.message().path("type").asString()).isEqualTo("pong");
    }
  }

  @Test
  void closesOnABombAndOnWhatIsTooLong() {
    byte[] bomb = Deflated.of(new byte[32 << 20]);
    assertThat(bomb.length).isLessThan(Limits.MAX_MESSAGE_BYTES);

    assertThat(closeCode(frame(DEFLATED_TEXT, bomb))).isEqualTo(1009);
    assertThat(closeCode(frame(DEFLATED_TEXT, new byte[70_000]))).isEqualTo(1009);
  }

  @Test
  void closesOnWhatBreaksTheExtension() {
    byte[] text = deflated("ping");
    assertThat(closeCode(frame(DEFLATED_TEXT, new byte[] {-1, -1, -1}))).isEqualTo(1002);
    assertThat(closeCode(frame(0xE1, text))).isEqualTo(1002);
    assertThat(closeCode(frame(0xC9, text))).isEqualTo(1002);
    assertThat(closeCode(frame(0x41, text), frame(0xC0, text))).isEqualTo(1002);
    assertThat(closeCode(frame(DEFLATED_TEXT, Deflated.of(new byte[] {(byte) 0xFF}))))
        .isEqualTo(1007);
    assertThat(closeCode(frame(0xC2, text))).isEqualTo(1003);
  }

  private static int closeCode(byte[]... frames) {
    try (RawWebSocket socket = open("?events=camera.*", "")) {
      for (byte[] sent : frames) {
        socket.send(sent);
      }
      return socket.frame().closeCode();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"; server_max_window_bits=7", "; what"})
  void doesWithoutWhatItDoesNotUnderstand(String parameters) {
    try (RawWebSocket socket = open("?events=alert.*", parameters)) {
      server.publish(TestServer.large("a", 2_000));
      assertThat(socket.message().path("payload").path("id").asString()).isEqualTo("a");
      socket.send(DEFLATED_TEXT, deflated("ping"));
      assertThat(socket.frame().closeCode()).isEqualTo(1002);
    }
  }

  @Test
  void canBeSwitchedOff() {
    try (TestServer mine = TestServer.start(TestServer.settings(DeflateSettings.OFF))) {
      HttpAnswer answer = mine.ask(handshake("", ""));

      assertThat(answer.status()).isEqualTo(101);
      assertThat(answer.headers()).doesNotContainKey("sec-websocket-extensions");
    }
  }

  /// A few bytes that mean much are worked off in slices, and all of them.
  @Test
  void answersEverythingThatOneReadBrought() {
    byte[] ping = frame(DEFLATED_TEXT, deflated("{\"type\":\"ping\"}" + " ".repeat(65_000)));
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    for (int i = 0; i < 100; i++) {
      many.writeBytes(ping);
    }
    try (EmbeddedServer embedded = new EmbeddedServer()) {
      embedded.receive(handshake("?events=camera.*", ""));
      assertThat(embedded.said()).contains("connection.established");
      embedded.receive(many.toByteArray());

      assertThat(embedded.said().split("\"pong\"", -1)).hasSize(101);
      assertThat(embedded.hasAskedForMore()).isTrue();
    }
  }
}
