package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunksTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 255, 4_096, 70_000, 17_000_000})
  void tellsTheLengthOfWhatIsInIt(int length) {
    ByteBuf out = Unpooled.buffer();
    Chunks.begin(out);
    out.writeZero(length);
    Chunks.end(out);

    assertThat(out.readableBytes()).isEqualTo(length + Chunks.FRAME_BYTES);
    String text = out.toString(StandardCharsets.US_ASCII);
    assertThat(Integer.parseInt(text.substring(0, text.indexOf("\r\n")), 16)).isEqualTo(length);
    assertThat(text).endsWith("\0\r\n");
  }

  @Test
  void isNeverTheEndOfTheBody() {
    ByteBuf out = Unpooled.buffer();
    Chunks.begin(out);

    assertThatThrownBy(() -> Chunks.end(out)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theEndOfTheBodyIsAChunkWithoutAByte() {
    ByteBuf out = Unpooled.buffer();
    Chunks.endBody(out);

    assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("0\r\n\r\n");
  }
}
