package dev.tocsin.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {

  private static int state(byte[] bytes) {
    return Utf8.follow(Utf8.COMPLETE, bytes, 0, bytes.length);
  }

  /// What the JDK says of the same bytes.
  private static boolean isBeginning(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    return !decoder
        .decode(ByteBuffer.wrap(bytes), CharBuffer.allocate(2 * bytes.length + 2), false)
        .isError();
  }

  @Test
  void saysOfAllShortSequencesWhatTheJdkSays() {
    byte[] two = new byte[2];
    byte[] three = new byte[3];
    for (int first = 0; first < 256; first++) {
      for (int second = 0; second < 256; second++) {
        two[0] = (byte) first;
        two[1] = (byte) second;
        assertSame(two);
        for (int third : new int[] {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF}) {
          three[0] = two[0];
          three[1] = two[1];
          three[2] = (byte) third;
          assertSame(three);
        }
      }
    }
  }

  /// The JDK, too, finds a fault in the middle of a character, but not always at its first bad byte: a
  /// cut is compared only where it has an opinion, and whole texts always.
  private static void assertSame(byte[] bytes) {
    boolean whole = new String(bytes, StandardCharsets.UTF_8).indexOf('\uFFFD') < 0;
    assertThat(state(bytes) == Utf8.COMPLETE).as("%x", (Object) bytes).isEqualTo(whole);
    if (!isBeginning(bytes)) {
      assertThat(state(bytes)).as("%x", (Object) bytes).isEqualTo(Utf8.INVALID);
    }
  }

  @Test
  void doesNotMindWhereATextIsCut() {
    byte[] text =
        "a longer run of ASCII, then é€𝄞 and more of it 𐀀".getBytes(StandardCharsets.UTF_8);
    for (int cut = 0; cut <= text.length; cut++) {
      int before = Utf8.follow(Utf8.COMPLETE, text, 0, cut);
      assertThat(before).isNotEqualTo(Utf8.INVALID);
      assertThat(Utf8.follow(before, text, cut, text.length)).isEqualTo(Utf8.COMPLETE);
    }
  }

  @Test
  void findsTheFirstByteThatCannotBe() {
    // U+110000 is wrong with its second byte, a surrogate as well.
    assertThat(state(new byte[] {(byte) 0xF4})).isPositive();
    assertThat(state(new byte[] {(byte) 0xF4, (byte) 0x90})).isEqualTo(Utf8.INVALID);
    assertThat(state(new byte[] {(byte) 0xED, (byte) 0xA0})).isEqualTo(Utf8.INVALID);
    assertThat(state(new byte[] {(byte) 0xC0})).isEqualTo(Utf8.INVALID);
  }

  @Test
  void seesOneBadByteAnywhereInALongText() {
    Random random = new Random(1);
    for (int length = 1; length < 40; length++) {
      byte[] text = "x".repeat(length).getBytes(StandardCharsets.UTF_8);
      text[random.nextInt(length)] = (byte) 0xFF;
      assertThat(state(text)).isEqualTo(Utf8.INVALID);
    }
  }
}
