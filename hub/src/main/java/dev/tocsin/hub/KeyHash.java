package dev.tocsin.hub;

import dev.tocsin.events.KeyReader;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A key as 128 bits: SipHash (Aumasson and Bernstein, 2012) with one round for each word, three at the end, and an output of
/// double length.
///
/// It is keyed with a secret, so that nobody can choose keys that fall together; by chance two of a million do so once in
/// 10²⁶ logs. Owned by its caller, used for one key after another.
final class KeyHash {

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long NUMBER = 0x6e;

  private final long secret0;
  private final long secret1;

  private long v0;
  private long v1;
  private long v2;
  private long v3;
  private long high;
  private long low;

  KeyHash(long secret0, long secret1) {
    this.secret0 = secret0;
    this.secret1 = secret1;
  }

  /// Both halves of the secret.
  long secret0() {
    return secret0;
  }

  long secret1() {
    return secret1;
  }

  /// Takes the key that was read last.
  void take(KeyReader key) {
    take(key.bytes(), key.offset(), key.length(), key.isNumber());
  }

  void take(byte[] bytes, int offset, int length, boolean number) {
    v0 = secret0 ^ 0x736f6d6570736575L;
    v1 = secret1 ^ 0x646f72616e646f6dL ^ 0xee ^ (number ? NUMBER << 8 : 0);
    v2 = secret0 ^ 0x6c7967656e657261L;
    v3 = secret1 ^ 0x7465646279746573L;
    int words = length & ~7;
    for (int i = 0; i < words; i += 8) {
      word((long) WORDS.get(bytes, offset + i));
    }
    long last = (long) length << 56;
    for (int i = words; i < length; i++) {
      last |= (bytes[offset + i] & 0xffL) << (8 * (i - words));
    }
    word(last);
    v2 ^= 0xee;
    finish();
    high = v0 ^ v1 ^ v2 ^ v3;
    v1 ^= 0xdd;
    finish();
    low = v0 ^ v1 ^ v2 ^ v3;
  }

  private void word(long word) {
    v3 ^= word;
    round();
    v0 ^= word;
  }

  private void finish() {
    round();
    round();
    round();
  }

  private void round() {
    v0 += v1;
    v2 += v3;
    v1 = Long.rotateLeft(v1, 13) ^ v0;
    v3 = Long.rotateLeft(v3, 16) ^ v2;
    v0 = Long.rotateLeft(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = Long.rotateLeft(v1, 17) ^ v2;
    v3 = Long.rotateLeft(v3, 21) ^ v0;
    v2 = Long.rotateLeft(v2, 32);
  }

  /// The first 64 bits of the key that was taken last.
  long high() {
    return high;
  }

  /// The other 64.
  long low() {
    return low;
  }
}
