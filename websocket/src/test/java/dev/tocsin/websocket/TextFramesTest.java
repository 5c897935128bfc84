package dev.tocsin.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFramesTest {

  @ParameterizedTest
  @CsvSource({
    "0, 8100",
    "1, 8101",
    "125, 817d",
    "126, 817e007e",
    "65535, 817effff",
    "65536, 817f0000000000010000",
    "1000000, 817f00000000000f4240",
  })
  void tellsTheLengthInTheShortestForm(int length, String header) {
    ByteBuf frame = TextFrames.of(UnpooledByteBufAllocator.DEFAULT, new byte[length]);
    try {
      assertThat(frame.readableBytes()).isEqualTo(header.length() / 2 + length);
      assertThat(ByteBufUtil.hexDump(frame, 0, header.length() / 2)).isEqualTo(header);
    } finally {
      frame.release();
    }
  }
}
