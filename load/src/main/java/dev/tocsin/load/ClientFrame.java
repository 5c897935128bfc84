package dev.tocsin.load;

/// A client's WebSocket frame (RFC 6455, section 5.2): whole, masked.
/// Belongs to who made it.
final class ClientFrame {

  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  private final byte[] bytes;
  private final int payloadAt;
  private final int mask;

  private ClientFrame(byte[] bytes, int payloadAt, int mask) {
    this.bytes = bytes;
    this.payloadAt = payloadAt;
    this.mask = mask;
  }

  static ClientFrame of(int opcode, byte[] payload, int mask) {
    return of(opcode, payload, 0, payload.length, mask);
  }

  static ClientFrame of(int opcode, byte[] source, int from, int to, int mask) {
    int length = to - from;
    int extended = length < 126 ? 0 : length < 1 << 16 ? 2 : 8;
    int payloadAt = 2 + extended + 4;
    byte[] bytes = new byte[payloadAt + length];
    bytes[0] = (byte) (0x80 | opcode);
    bytes[1] = (byte) (0x80 | (extended == 0 ? length : extended == 2 ? 126 : 127));
    for (int i = 0; i < extended; i++) {
      bytes[2 + i] = (byte) ((long) length >>> (8 * (extended - 1 - i)));
    }
    for (int i = 0; i < 4; i++) {
      bytes[payloadAt - 4 + i] = (byte) (mask >>> (24 - 8 * i));
    }
    for (int i = 0; i < length; i++) {
      bytes[payloadAt + i] = (byte) (source[from + i] ^ (mask >>> (24 - 8 * (i & 3))));
    }
    return new ClientFrame(bytes, payloadAt, mask);
  }

  /// Header and masked payload; not a copy.
  byte[] bytes() {
    return bytes;
  }

  /// Writes the time of an event into the masked payload.
  ///
  /// @param digitsAt where the digits begin in the payload
  void stamp(long time, int digitsAt) {
    Mark.write(time, bytes, payloadAt + digitsAt, mask, digitsAt);
  }
}
