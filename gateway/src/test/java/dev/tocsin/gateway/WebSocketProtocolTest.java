package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawWebSocket.frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.Transport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// RFC 6455, kept and broken.
class WebSocketProtocolTest {

  private static final int MAX = 64 * 1024;

  private static TestServer server;
  private RawWebSocket socket;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() {
    socket = server.socket("?events=none");
  }

  @AfterEach
  void disconnect() {
    socket.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] closing(int code, String reason) {
    byte[] text = bytes(reason);
    return ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array();
  }

  /// Text that makes a ping of a size, with an id that fills it.
  private static String ping(int size) {
    String empty = "{\"action\":\"ping\",\"id\":\"\"}";
    return "{\"action\":\"ping\",\"id\":\"" + "i".repeat(size - empty.length()) + "\"}";
  }

  static Stream<Arguments> violations() {
    byte[] text = bytes("ping");
    return Stream.of(
        Arguments.of("unmasked", frame(Frame.TEXT, text, false), 1002),
        Arguments.of("reserved bit 1", frame(0xC1, text), 1002),
        Arguments.of("reserved bit 2", frame(0xA1, text), 1002),
        Arguments.of("reserved bit 3", frame(0x91, text), 1002),
        Arguments.of("opcode 3", frame(0x83, text), 1002),
        Arguments.of("opcode 7", frame(0x87, text), 1002),
        Arguments.of("opcode 11", frame(0x8B, text), 1002),
        Arguments.of("opcode 15", frame(0x8F, text), 1002),
        Arguments.of("fragmented ping", frame(0x09, text), 1002),
        Arguments.of("fragmented close", frame(0x08, closing(1000, "")), 1002),
        Arguments.of("long ping", frame(Frame.PING, new byte[126]), 1002),
        Arguments.of("long close", frame(Frame.CLOSE, closing(1000, "x".repeat(124))), 1002),
        Arguments.of("lone continuation", frame(0x80, text), 1002),
        Arguments.of("lone open continuation", frame(0x00, text), 1002),
        Arguments.of("text inside text", join(frame(0x01, text), frame(0x81, text)), 1002),
        Arguments.of("close of one byte", frame(Frame.CLOSE, new byte[1]), 1002),
        Arguments.of("close 0", frame(Frame.CLOSE, closing(0, "")), 1002),
        Arguments.of("close 999", frame(Frame.CLOSE, closing(999, "")), 1002),
        Arguments.of("close 1004", frame(Frame.CLOSE, closing(1004, "")), 1002),
        Arguments.of("close 1005", frame(Frame.CLOSE, closing(1005, "")), 1002),
        Arguments.of("close 1006", frame(Frame.CLOSE, closing(1006, "")), 1002),
        Arguments.of("close 1015", frame(Frame.CLOSE, closing(1015, "")), 1002),
        Arguments.of("close 2999", frame(Frame.CLOSE, closing(2999, "")), 1002),
        Arguments.of("close 5000", frame(Frame.CLOSE, closing(5000, "")), 1002),
        Arguments.of("close 65535", frame(Frame.CLOSE, closing(65_535, "")), 1002),
        Arguments.of("close without UTF-8", frame(Frame.CLOSE, latin(1000)), 1007),
        Arguments.of(
            "padded length", new byte[] {(byte) 0x81, (byte) 0xFE, 0, 5, 0, 0, 0, 0}, 1002),
        Arguments.of("text without UTF-8", frame(Frame.TEXT, new byte[] {(byte) 0xFF}), 1007),
        Arguments.of("cut UTF-8", frame(Frame.TEXT, Arrays.copyOf(bytes("€"), 2)), 1007),
        Arguments.of("surrogate", frame(Frame.TEXT, hex("EDA080")), 1007),
        Arguments.of("overlong UTF-8", frame(Frame.TEXT, hex("C0AF")), 1007),
        Arguments.of("beyond Unicode", frame(Frame.TEXT, hex("F4908080")), 1007),
        Arguments.of(
            "no UTF-8 in a fragment",
            join(frame(0x01, bytes("a")), frame(0x00, new byte[] {(byte) 0x80})),
            1007),
        Arguments.of(
            "UTF-8 cut at the end of fragments",
            join(frame(0x01, bytes("a")), frame(0x80, Arrays.copyOf(bytes("€"), 2))),
            1007),
        Arguments.of("binary", frame(Frame.BINARY, text), 1003),
        Arguments.of("empty binary", frame(Frame.BINARY, new byte[0]), 1003),
        Arguments.of("fragmented binary", join(frame(0x02, text), frame(0x80, text)), 1003),
        Arguments.of("too long", frame(Frame.TEXT, bytes(ping(MAX + 1))), 1009),
        Arguments.of(
            "too long in two", join(frame(0x01, new byte[MAX]), frame(0x80, new byte[1])), 1009),
        Arguments.of("too long to be true", hex("81FF7FFFFFFFFFFFFFFF00000000"), 1009),
        Arguments.of("negative length", hex("81FFFFFFFFFFFFFFFFFF00000000"), 1002));
  }

  private static byte[] join(byte[] one, byte[] other) {
    return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
  }

  private static byte[] latin(int code) {
    return ByteBuffer.allocate(3).putShort((short) code).put((byte) 0xE4).array();
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("violations")
  void closesWithTheCodeOfTheFault(String name, byte[] sent, int code) {
    socket.send(sent);

    Frame close = socket.frame();
    assertThat(close.first()).isEqualTo(Frame.CLOSE);
    assertThat(close.closeCode()).isEqualTo(code);
    assertThat(close.closeReason()).isNotEmpty();
    assertThat(socket.send(Frame.CLOSE, closing(code, "")).rest()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999})
  void echoesAClose(int code) {
    Frame close = socket.send(Frame.CLOSE, closing(code, "bye")).frame();

    assertThat(close.first()).isEqualTo(Frame.CLOSE);
    assertThat(close.closeCode()).isEqualTo(code);
    assertThat(socket.rest()).isEmpty();
  }

  @Test
  void echoesACloseWithoutACode() {
    assertThat(socket.send(Frame.CLOSE, new byte[0]).frame().payload()).isEmpty();
    assertThat(socket.rest()).isEmpty();
  }

  @Test
  void understandsNothingAfterAClose() {
    long before = server.hub.log().state().newest();
    socket.send(
        join(
            frame(Frame.CLOSE, closing(1000, "")),
            RawWebSocket.textFrame(
                "{\"action\":\"publish\",\"event\":" + TestServer.alert("a") + "}")));

    assertThat(socket.frame().closeCode()).isEqualTo(1000);
    assertThat(socket.rest()).isEmpty();
    assertThat(server.hub.log().state().newest()).isEqualTo(before);
  }

  @Test
  void answersWhatCameBeforeTheFault() {
    socket.send(join(RawWebSocket.textFrame("ping"), frame(0x83, bytes("x"))));

    assertThat(socket.message().path("type").asString()).isEqualTo("pong");
    assertThat(socket.frame().closeCode()).isEqualTo(1002);
  }

  @Test
  void answersPingFrames() {
    for (byte[] payload : List.of(new byte[0], bytes("ä"), new byte[125])) {
      Frame pong = socket.send(Frame.PING, payload).frame();

      assertThat(pong.first()).isEqualTo(Frame.PONG);
      assertThat(pong.payload()).isEqualTo(payload);
    }
  }

  @Test
  void passesOverPongFrames() {
    socket.send(Frame.PONG, new byte[0]).send(Frame.PONG, new byte[] {(byte) 0xFF});

    assertThat(socket.ask("ping").path("type").asString()).isEqualTo("pong");
  }

  @Test
  void takesAnEmptyText() {
    assertThat(socket.ask("").path("payload").path("error").asString()).isEqualTo("invalid_json");
  }

  @Test
  void takesFragmentsWithControlFramesBetween() {
    byte[] text = bytes("{\"action\":\"ping\",\"id\":\"€𝄞\"}");
    socket.send(0x01, Arrays.copyOf(text, 23));
    assertThat(socket.send(Frame.PING, bytes("1")).frame().text()).isEqualTo("1");
    socket.send(Frame.PONG, bytes("\u00e4"));
    socket.send(0x00, new byte[0]);
    socket.send(0x00, Arrays.copyOfRange(text, 23, 27));
    assertThat(socket.send(Frame.PING, bytes("2")).frame().text()).isEqualTo("2");
    socket.send(0x80, Arrays.copyOfRange(text, 27, text.length));

    assertThat(socket.message().path("id").asString()).isEqualTo("€𝄞");
  }

  @Test
  void takesFragmentsOfOneByte() {
    byte[] text = bytes(ping(2_000));
    socket.send(0x01, new byte[0]);
    for (byte b : text) {
      socket.send(0x00, new byte[] {b});
    }
    socket.send(0x80, new byte[0]);

    assertThat(socket.message().path("type").asString()).isEqualTo("pong");
  }

  @Test
  void takesBytesOneAtATime() {
    for (byte b : join(RawWebSocket.textFrame(ping(300)), frame(Frame.PING, bytes("x")))) {
      socket.send(new byte[] {b});
    }

    assertThat(socket.message().path("type").asString()).isEqualTo("pong");
    assertThat(socket.frame().first()).isEqualTo(Frame.PONG);
  }

  @ParameterizedTest
  @ValueSource(ints = {125, 126, 127, MAX - 1, MAX})
  void takesMessagesOfAnySizeUpToTheGreatest(int size) {
    if (size > MAX - 100) {
      assertThat(
              socket
                  .say(" ".repeat(size - 16) + "{\"type\":\"ping\"}" + " ")
                  .message()
                  .path("type")
                  .asString())
          .isEqualTo("pong");
    } else {
      assertThat(socket.ask(ping(size)).path("id").asString()).startsWith("iii");
    }
  }

  /// The close frame arrives although the client is still sending what is too much.
  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void saysThatAMessageIsTooLongWhileItIsStillComing(Transport transport) {
    try (TestServer mine = TestServer.start(transport);
        RawWebSocket loud = mine.socket("")) {
      byte[] message = frame(Frame.TEXT, new byte[10 << 20]);
      assertThat(loud.client().trySend(message)).isTrue();

      assertThat(loud.frame().closeCode()).isEqualTo(1009);
      assertThat(loud.client().isClosed()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void saysSoForFragmentsToo(Transport transport) {
    try (TestServer mine = TestServer.start(transport);
        RawWebSocket loud = mine.socket("")) {
      loud.client().trySend(frame(0x01, new byte[30_000]));
      boolean all = true;
      for (int i = 0; i < 200 && all; i++) {
        all = loud.client().trySend(frame(0x00, new byte[30_000]));
      }

      assertThat(all).isTrue();
      assertThat(loud.frame().closeCode()).isEqualTo(1009);
    }
  }

  @Test
  void letsGoOfAClientThatFinishesWithoutAClose() {
    socket.client().send(Arrays.copyOf(RawWebSocket.textFrame("ping"), 5)).finishSending();

    assertThat(socket.client().isClosed()).isTrue();
  }
}
