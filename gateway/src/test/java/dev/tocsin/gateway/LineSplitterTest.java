package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LineSplitterTest {

  private static final int MAX = 6;

  private static List<String> split(int max, List<byte[]> pieces) {
    List<String> lines = new ArrayList<>();
    Splitter.Consumer consumer =
        (number, line) ->
            lines.add(
                number
                    + ":"
                    + (line == null ? "too long" : new String(line, StandardCharsets.ISO_8859_1)));
    LineSplitter splitter = new LineSplitter(max);
    for (byte[] piece : pieces) {
      ByteBuf buffer = Unpooled.wrappedBuffer(piece);
      splitter.split(buffer, consumer, () -> true);
      assertThat(buffer.isReadable()).isFalse();
    }
    splitter.end(consumer);
    return lines;
  }

  private static List<byte[]> piecesOf(String text, int size) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    List<byte[]> pieces = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += size) {
      pieces.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)));
    }
    return pieces;
  }

  /// What a reader with the whole text at hand says.
  private static List<String> naive(String text) {
    List<String> lines = new ArrayList<>();
    String[] all = text.split("\n", -1);
    for (int i = 0; i < all.length; i++) {
      String line = all[i].endsWith("\r") ? all[i].substring(0, all[i].length() - 1) : all[i];
      if (line.length() > MAX) {
        lines.add(i + 1 + ":too long");
      } else if (!line.replaceAll("[ \t\r]", "").isEmpty()) {
        lines.add(i + 1 + ":" + line);
      }
    }
    return lines;
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars('a', 'ä', ' ', '\t', '\r', '\n').ofMaxLength(40);
  }

  @Property
  void splitsAsAReaderOfTheWholeTextDoes(
      @ForAll("texts") String text, @ForAll @IntRange(min = 1, max = 41) int pieceSize) {
    assertThat(split(MAX, piecesOf(text, pieceSize))).isEqualTo(naive(text));
  }

  @Test
  void takesALineOfTheGreatestLengthWithAnyEnd() {
    String line = "x".repeat(100);
    assertThat(
            split(
                100,
                List.of(
                    (line + "\r\n" + line + "\n" + line + "\r")
                        .getBytes(StandardCharsets.US_ASCII))))
        .containsExactly("1:" + line, "2:" + line, "3:" + line);
  }

  @Test
  void forgetsALongLineAtItsEnd() {
    assertThat(split(3, piecesOf("x".repeat(10_000) + "\nabc\n" + "y".repeat(4), 7)))
        .containsExactly("1:too long", "2:abc", "3:too long");
  }
}
