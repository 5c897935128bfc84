package dev.tocsin.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineScannerTest {

  private final List<String> found = new ArrayList<>();
  private final LineScanner scanner =
      new LineScanner(
          new LineScanner.Lines() {
            @Override
            public void line(byte[] bytes, int from, int to) {
              found.add(new String(bytes, from, to - from, StandardCharsets.UTF_8));
            }

            @Override
            public void end() {
              found.add("END");
            }
          });

  private void scan(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    scanner.scan(bytes, 0, bytes.length);
  }

  private static String chunk(String text) {
    return "%08x\r\n%s\r\n".formatted(text.getBytes(StandardCharsets.UTF_8).length, text);
  }

  @Test
  void findsTheLinesOfOneChunk() {
    scan(chunk("id: e:1\ndata: ü\n\n"));

    assertThat(found).containsExactly("id: e:1", "data: ü", "");
  }

  @Test
  void aLineMayGoOnInTheNextChunk() {
    scan(chunk("da") + chunk("ta") + chunk(": x\ny") + "1;a=b\r\n\n\r\n");

    assertThat(found).containsExactly("data: x", "y");
  }

  @Test
  void tellsTheEndAndTakesNothingAfterIt() {
    scan(chunk("x\n") + "0\r\n\r\n" + chunk("y\n"));

    assertThat(found).containsExactly("x", "END");
  }

  @Test
  void theLargestChunkComesInPieces() {
    scan("7fffffff\r\nx\ny");
    scan("\nz");

    assertThat(found).containsExactly("x", "y");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whereverItIsCutTheLinesAreTheSame(long seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String line = "x".repeat(random.nextInt(40));
      expected.add(line);
      text.append(line).append('\n');
    }
    StringBuilder wire = new StringBuilder();
    for (int at = 0; at < text.length(); ) {
      int end = Math.min(text.length(), at + 1 + random.nextInt(60));
      wire.append(chunk(text.substring(at, end)));
      at = end;
    }
    for (int at = 0; at < wire.length(); ) {
      int end = Math.min(wire.length(), at + 1 + random.nextInt(30));
      scan(wire.substring(at, end));
      at = end;
    }

    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":1}", "xyz\r\n", "fffffffff\r\n"})
  void whatAreNoChunksIsRefused(String text) {
    assertThatThrownBy(() -> scan(text)).isInstanceOf(FrameScanner.ProtocolException.class);
  }
}
