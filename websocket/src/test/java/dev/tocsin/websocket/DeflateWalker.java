package dev.tocsin.websocket;

import java.util.Arrays;

/// A small inflater that looks at how far back a stream refers (RFC 1951): it only counts, so that it can say
/// what window a receiver needs.
final class DeflateWalker {

  private static final int[] LENGTH_BASE = {
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258
  };
  private static final int[] LENGTH_BITS = {
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0
  };
  private static final int[] CODE_ORDER = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
  };

  private final byte[] bytes;
  private int bit;
  private int inflated;
  private int farthest;
  private int matches;

  private DeflateWalker(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Walks through a compressed message, which comes without the end of its last, empty block.
  static DeflateWalker over(byte[] message) {
    byte[] whole = Arrays.copyOf(message, message.length + 4);
    whole[message.length + 2] = (byte) 0xFF;
    whole[message.length + 3] = (byte) 0xFF;
    DeflateWalker walker = new DeflateWalker(whole);
    while (walker.bit < whole.length * 8) {
      walker.block();
    }
    return walker;
  }

  int inflatedBytes() {
    return inflated;
  }

  int farthestBytes() {
    return farthest;
  }

  int matches() {
    return matches;
  }

  private int bits(int count) {
    int value = 0;
    for (int i = 0; i < count; i++, bit++) {
      value |= ((bytes[bit >> 3] >> (bit & 7)) & 1) << i;
    }
    return value;
  }

  private void block() {
    if (bits(1) != 0) {
      throw new AssertionError("a final block");
    }
    switch (bits(2)) {
      case 0 -> {
        bit = (bit + 7) / 8 * 8;
        int length = bits(16);
        bits(16);
        bit += 8 * length;
        inflated += length;
      }
      case 1 -> {
        int[] literals = new int[288];
        for (int i = 0; i < 288; i++) {
          literals[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
        }
        int[] distances = new int[30];
        Arrays.fill(distances, 5);
        codes(new Huffman(literals), new Huffman(distances));
      }
      case 2 -> dynamic();
      default -> throw new AssertionError("no such block");
    }
  }

  private void dynamic() {
    int literalCount = bits(5) + 257;
    int distanceCount = bits(5) + 1;
    int[] order = new int[19];
    for (int i = 0, count = bits(4) + 4; i < count; i++) {
      order[CODE_ORDER[i]] = bits(3);
    }
    Huffman lengths = new Huffman(order);
    int[] all = new int[literalCount + distanceCount];
    for (int i = 0; i < all.length; ) {
      int code = lengths.next();
      if (code < 16) {
        all[i++] = code;
      } else {
        int repeated = code == 16 ? all[i - 1] : 0;
        int times = code == 16 ? 3 + bits(2) : code == 17 ? 3 + bits(3) : 11 + bits(7);
        while (times-- > 0) {
          all[i++] = repeated;
        }
      }
    }
    codes(
        new Huffman(Arrays.copyOf(all, literalCount)),
        new Huffman(Arrays.copyOfRange(all, literalCount, all.length)));
  }

  private void codes(Huffman literals, Huffman distances) {
    for (int code = literals.next(); code != 256; code = literals.next()) {
      if (code < 256) {
        inflated++;
        continue;
      }
      int length = LENGTH_BASE[code - 257] + bits(LENGTH_BITS[code - 257]);
      int symbol = distances.next();
      int extra = symbol < 4 ? 0 : symbol / 2 - 1;
      int base = symbol < 4 ? symbol + 1 : 1 + ((2 + symbol % 2) << extra);
      int distance = base + bits(extra);
      if (distance > inflated) {
        throw new AssertionError("a reference to before the beginning");
      }
      farthest = Math.max(farthest, distance);
      matches++;
      inflated += length;
    }
  }

  /// A canonical code, told by the length of each symbol.
  private final class Huffman {

    private final int[] lengths;

    Huffman(int[] lengths) {
      this.lengths = lengths;
    }

    int next() {
      int code = 0;
      int first = 0;
      for (int length = 1; length < 16; length++) {
        code |= bits(1);
        int count = 0;
        for (int symbol = 0; symbol < lengths.length; symbol++) {
          if (lengths[symbol] == length && code - first == count++) {
            return symbol;
          }
        }
        first = (first + count) << 1;
        code <<= 1;
      }
      throw new AssertionError("no such code");
    }
  }
}
