package dev.tocsin.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EventTest {

  private final Mark mark = Mark.random(new Random(1));

  static LoadPlan plan(PeerProtocol protocol, int bytes) {
    return new LoadPlan(
        URI.create("ws://127.0.0.1:1/"),
        protocol,
        "/pub",
        1,
        ReceiveBy.WEBSOCKET,
        0,
        List.of(List.of()),
        "detection.new",
        bytes,
        new Pace.InFlight(1),
        protocol == PeerProtocol.NCHAN ? PublishBy.HTTP : PublishBy.WS,
        1,
        Duration.ZERO,
        Duration.ofSeconds(1),
        1,
        false,
        Entrance.OPEN);
  }

  @ParameterizedTest
  @EnumSource(PeerProtocol.class)
  void isJsonOfTheSizeThatIsAskedFor(PeerProtocol protocol) {
    Event event = Event.of(plan(protocol, 300), mark);

    JsonNode json = JsonMapper.shared().readTree(event.bytes());

    assertThat(event.bytes()).hasSize(300);
    assertThat(json.isObject()).isTrue();
    assertThat(mark.find(event.bytes(), 0, 300) + Mark.TAG_BYTES).isEqualTo(event.digitsAt());
  }

  @Test
  void isAsSmallAsItCanBe() {
    Event event = Event.of(plan(PeerProtocol.TOCSIN, 1), mark);

    assertThat(JsonMapper.shared().readTree(event.bytes()).path("type").asString())
        .isEqualTo("detection.new");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 0x0123456789abcdefL, -1, Long.MIN_VALUE})
  void carriesItsTimeThroughAMaskedFrame(long time) {
    Event event =
        Event.of(plan(PeerProtocol.TOCSIN, 300), mark).within("{\"action\":\"publish\":", "}");
    ClientFrame frame = ClientFrame.of(ClientFrame.TEXT, event.bytes(), 0x12345678);

    frame.stamp(time, event.digitsAt());

    byte[] payload = unmasked(frame.bytes());
    int at = mark.find(payload, 0, payload.length);
    assertThat(Mark.time(payload, at)).isEqualTo(time);
    String before = new String(event.bytes(), StandardCharsets.UTF_8);
    assertThat(new String(payload, StandardCharsets.UTF_8))
        .isEqualTo(
            before.substring(0, event.digitsAt())
                + String.format("%016x", time)
                + before.substring(event.digitsAt() + 16));
  }

  /// Of a frame with two bytes of length.
  private static byte[] unmasked(byte[] frame) {
    assertThat(frame[1]).isEqualTo((byte) (0x80 | 126));
    byte[] payload = new byte[frame.length - 8];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (frame[8 + i] ^ frame[4 + (i & 3)]);
    }
    return payload;
  }

  @Test
  void knowsTheBeginningOfAMarkAtTheEnd() {
    byte[] text = ("xxxx" + mark.template()).getBytes(StandardCharsets.US_ASCII);

    for (int length = 1; length < Mark.BYTES; length++) {
      assertThat(mark.beginsAtEnd(text, 0, 4 + length)).isEqualTo(length);
    }
    assertThat(mark.beginsAtEnd(text, 0, 4)).isZero();
    assertThat(mark.beginsAtEnd(text, 0, text.length)).isZero();
  }

  @Test
  void linesAreTheEventAgainAndAgain() {
    Event event = Event.of(plan(PeerProtocol.TOCSIN, 300), mark);

    String lines = new String(event.lines(3), StandardCharsets.UTF_8);

    assertThat(lines)
        .isEqualTo((new String(event.bytes(), StandardCharsets.UTF_8) + "\n").repeat(3));
  }
}
