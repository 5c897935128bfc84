package dev.tocsin.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.fixtures.Deflated;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageInflaterTest {

  private final MessageInflater inflater = new MessageInflater();

  /// A message as a client that knows how sends it.
  private byte[] inflate(byte[] message, int maxBytes) throws DataFormatException {
    return inflater.inflate(message, message.length, maxBytes);
  }

  /// The examples of RFC 7692, section 7.2.3.
  @ParameterizedTest
  @CsvSource({
    "f248cdc9c90700",
    "f200110000", // without the context of an earlier message this is another text
    "000500faff48656c6c6f00",
    "f348cdc9c9070000",
    "f248050000 00ffffcac9c90700",
  })
  void inflatesEveryKindOfBlock(String hex) throws Exception {
    byte[] message = HexFormat.of().parseHex(hex.replace(" ", ""));
    if (hex.equals("f200110000")) {
      assertThatThrownBy(() -> inflate(message, 100)).isInstanceOf(DataFormatException.class);
    } else {
      assertThat(inflate(message, 100)).isEqualTo("Hello".getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void inflatesAnEmptyMessage() throws Exception {
    assertThat(inflate(new byte[] {0}, 100)).isEmpty();
  }

  @Test
  void stopsAtTheBound() throws Exception {
    byte[] bomb = Deflated.of(new byte[10 << 20]);

    assertThat(inflate(bomb, 65_536)).isNull();
    assertThat(inflater.isTurnOver()).isFalse();
    assertThat(inflate(Deflated.of(new byte[65_536]), 65_536)).hasSize(65_536);
    assertThat(inflate(Deflated.of(new byte[65_537]), 65_536)).isNull();
  }

  @Test
  void countsWhatATurnInflates() throws Exception {
    byte[] large = Deflated.of(new byte[1 << 19]);
    inflate(large, 1 << 20);
    assertThat(inflater.isTurnOver()).isFalse();
    inflate(large, 1 << 20);
    assertThat(inflater.isTurnOver()).isTrue();
    inflater.beginTurn();
    assertThat(inflater.isTurnOver()).isFalse();
  }

  @Test
  void goesOnAfterAMessageThatCouldNotBeInflated() throws Exception {
    byte[] good = Deflated.of(new byte[300]);
    assertThatThrownBy(() -> inflate(new byte[] {-1, -1, -1}, 100))
        .isInstanceOf(DataFormatException.class);

    assertThat(inflate(good, 300)).hasSize(300);
  }
}
