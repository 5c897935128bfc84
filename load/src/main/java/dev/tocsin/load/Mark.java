package dev.tocsin.load;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/// What an event carries so that its delivery is recognised and timed: `@`, three letters that are
/// this run's, and the intended time, [System#nanoTime], as 16 hexadecimal digits.
final class Mark {

  /// Of the tag, which stands before the digits.
  static final int TAG_BYTES = 4;

  /// Of the whole.
  static final int BYTES = TAG_BYTES + 16;

  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final byte[] tag;

  private Mark(byte[] tag) {
    this.tag = tag;
  }

  /// A mark that no other run uses at the same time, in all likelihood.
  static Mark random(RandomGenerator random) {
    byte[] tag = {'@', letter(random), letter(random), letter(random)};
    return new Mark(tag);
  }

  private static byte letter(RandomGenerator random) {
    return (byte) ('a' + random.nextInt(26));
  }

  /// The mark with zeros for the time, as it stands in a template.
  String template() {
    return new String(tag, StandardCharsets.US_ASCII) + "0".repeat(BYTES - TAG_BYTES);
  }

  /// Where the tag begins at or after `from`; -1 when it does not, or not whole, before `to`.
  int find(byte[] bytes, int from, int to) {
    for (int at = from, last = to - TAG_BYTES; at <= last; at++) {
      if (isAt(bytes, at)) {
        return at;
      }
    }
    return -1;
  }

  /// Whether the tag stands exactly there.
  boolean isAt(byte[] bytes, int at) {
    return bytes[at] == '@'
        && bytes[at + 1] == tag[1]
        && bytes[at + 2] == tag[2]
        && bytes[at + 3] == tag[3];
  }

  /// How many of the last bytes could be the beginning of a mark that goes on elsewhere: 0 when none.
  int beginsAtEnd(byte[] bytes, int from, int to) {
    for (int at = Math.max(from, to - BYTES + 1); at < to; at++) {
      int same = 0;
      while (same < TAG_BYTES && at + same < to && bytes[at + same] == tag[same]) {
        same++;
      }
      if (same == TAG_BYTES || at + same == to) {
        return to - at;
      }
    }
    return 0;
  }

  /// The time of the mark whose tag begins at `at`.
  static long time(byte[] bytes, int at) {
    long time = 0;
    for (int i = at + TAG_BYTES; i < at + BYTES; i++) {
      int digit = bytes[i];
      time = (time << 4) | (digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return time;
  }

  /// Writes a time as digits, each XORed with the byte of `mask` that is due at its place.
  ///
  /// @param maskAt which byte of the mask is due for the first digit
  static void write(long time, byte[] target, int at, int mask, int maskAt) {
    for (int i = 0; i < BYTES - TAG_BYTES; i++) {
      int digit = DIGITS[(int) (time >>> (60 - 4 * i)) & 15];
      target[at + i] = (byte) (digit ^ (mask >>> (24 - 8 * ((maskAt + i) & 3))));
    }
  }
}
