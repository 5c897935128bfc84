package dev.tocsin.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Whether bytes are UTF-8, told as they come: a text may be cut anywhere, and the first byte that
/// cannot be part of it is found at once (RFC 3629, Unicode 3.9 table 3-7).
///
/// What has been seen so far is an `int`: [#COMPLETE] between two characters, else how many bytes are
/// still missing and the range in which the next one has to be.
final class Utf8 {

  /// Nothing is missing.
  static final int COMPLETE = 0;

  /// A byte cannot be.
  static final int INVALID = -1;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  private Utf8() {}

  /// Goes on from a state over `bytes[from]` to `bytes[to - 1]`.
  ///
  /// @return the state after them, or [#INVALID]
  static int follow(int before, byte[] bytes, int from, int to) {
    int state = before;
    int at = from;
    while (at < to) {
      if (state == COMPLETE) {
        while (at + Long.BYTES <= to && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
          at += Long.BYTES;
        }
        if (at == to) {
          return COMPLETE;
        }
        state = begin(bytes[at] & 0xFF);
      } else {
        state = next(state, bytes[at] & 0xFF);
      }
      if (state == INVALID) {
        return INVALID;
      }
      at++;
    }
    return state;
  }

  private static int begin(int lead) {
    if (lead < 0x80) {
      return COMPLETE;
    } else if (lead < 0xC2) {
      return INVALID; // a continuation, or longer than it has to be
    } else if (lead < 0xE0) {
      return missing(1, 0x80, 0xBF);
    } else if (lead < 0xF0) {
      // Not longer than it has to be, and no surrogates.
      return missing(2, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    } else if (lead < 0xF5) {
      // Not longer than it has to be, and nothing beyond U+10FFFF.
      return missing(3, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    }
    return INVALID;
  }

  private static int next(int state, int continuation) {
    int lowest = (state >> 8) & 0xFF;
    int highest = state & 0xFF;
    if (continuation < lowest || continuation > highest) {
      return INVALID;
    }
    int missing = (state >> 16) - 1;
    return missing == 0 ? COMPLETE : missing(missing, 0x80, 0xBF);
  }

  private static int missing(int bytes, int lowest, int highest) {
    return (bytes << 16) | (lowest << 8) | highest;
  }
}
