package dev.tocsin.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameScannerTest {

  private final List<String> found = new ArrayList<>();
  private final FrameScanner scanner =
      new FrameScanner((head, bytes, from, to) ->
          found.add(head + ":" + new String(bytes, from, to - from, StandardCharsets.UTF_8)));

  /// A server's frame.
  static byte[] frame(int head, String payload) {
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(head);
    if (bytes.length < 126) {
      frame.write(bytes.length);
    } else if (bytes.length < 1 << 16) {
      frame.write(126);
      frame.write(bytes.length >> 8);
      frame.write(bytes.length);
    } else {
      frame.write(127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) ((long) bytes.length >> shift));
      }
    }
    frame.writeBytes(bytes);
    return frame.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static final byte[] MIXED =
      joined(
          frame(0x81, "short"),
          frame(0x89, ""),
          frame(0x82, "m".repeat(300)),
          frame(0x81, "l".repeat(70_000)),
          frame(0x88, "\u0003"));

  private static final List<String> EXPECTED =
      List.of(
          "129:short", "137:", "130:" + "m".repeat(300), "129:" + "l".repeat(70_000), "136:\u0003");

  @Test
  void findsFramesOfEveryLength() {
    scanner.scan(MIXED, 0, MIXED.length);

    assertThat(found).isEqualTo(EXPECTED);
  }

  @Test
  void findsFramesThatAreCutAnywhere() {
    for (int cut = 0; cut < MIXED.length; cut += cut < 400 || cut > MIXED.length - 10 ? 1 : 997) {
      found.clear();

      scanner.scan(MIXED, 0, cut);
      scanner.scan(MIXED, cut, MIXED.length);

      assertThat(found).as("cut at %d", cut).isEqualTo(EXPECTED);
    }
  }

  @Test
  void findsFramesThatComeByteByByte() {
    for (int at = 0; at < MIXED.length; at++) {
      scanner.scan(MIXED, at, at + 1);
    }

    assertThat(found).isEqualTo(EXPECTED);
  }

  @Test
  void refusesWhatNoServerMaySend() {
    byte[] masked = {(byte) 0x81, (byte) 0x81, 0, 0, 0, 0, 'x'};
    byte[] huge = {(byte) 0x81, 127, 0, 0, 0, 0, 2, 0, 0, 0};

    assertThatThrownBy(() -> scanner.scan(masked, 0, masked.length)).hasMessageContaining("masked");
    assertThatThrownBy(() -> scanner.scan(huge, 0, huge.length)).hasMessageContaining("33554432");
  }
}
