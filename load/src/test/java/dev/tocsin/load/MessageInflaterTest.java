package dev.tocsin.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class MessageInflaterTest {

  /// As RFC 7692, section 7.2.1 says: flushed, and without the last four bytes.
  private static byte[] deflated(String text) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    deflater.setInput(text.getBytes(StandardCharsets.UTF_8));
    byte[] bytes = new byte[text.length() + 100];
    int count = deflater.deflate(bytes, 0, bytes.length, Deflater.SYNC_FLUSH);
    deflater.end();
    return Arrays.copyOf(bytes, count - 4);
  }

  private static String inflated(MessageInflater inflater, byte[] bytes) {
    byte[] text = inflater.inflate(bytes, 0, bytes.length);
    return new String(text, 0, inflater.length(), StandardCharsets.UTF_8);
  }

  @Test
  void inflatesEachMessageByItself() {
    try (MessageInflater inflater = new MessageInflater()) {
      for (int i = 0; i < 2_000; i++) {
        String text = "{\"sequence\":" + i % 700 + "}" + "x".repeat(i % 50 * 200);

        assertThat(inflated(inflater, deflated(text))).isEqualTo(text);
      }
    }
  }

  @Test
  void refusesWhatIsNotCompressed() {
    byte[] rubbish = {(byte) 0xff, (byte) 0xff, 1, 2, 3};

    try (MessageInflater inflater = new MessageInflater()) {
      assertThatThrownBy(() -> inflated(inflater, rubbish))
          .hasMessageContaining("cannot be inflated");
    }
  }
}
