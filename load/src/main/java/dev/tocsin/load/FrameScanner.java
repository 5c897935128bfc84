package dev.tocsin.load;

import java.util.Arrays;

/// Finds a server's WebSocket frames in what a socket brings, wherever that is cut.
///
/// A frame that came whole is handed on where it lies. Only what a read left incomplete is copied,
/// and kept until the rest of it is there. Belongs to one thread.
final class FrameScanner {

  /// The largest frame that is taken.
  static final int MAX_FRAME_BYTES = 16 << 20;

  /// The longest header: two bytes and eight of length.
  private static final int MAX_HEADER_BYTES = 10;

  private static final byte[] NOTHING = {};

  private final Frames frames;
  private byte[] held = NOTHING;
  private int heldBytes;

  /// What is done with a frame.
  interface Frames {

    /// One frame. The payload is in `bytes` from `from` to `to` until the call returns.
    ///
    /// @param head its first byte: FIN, RSV1 to RSV3, opcode
    void frame(int head, byte[] bytes, int from, int to);
  }

  /// A server that does not keep to RFC 6455.
  static final class ProtocolException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ProtocolException(String message) {
      super(message);
    }
  }

  FrameScanner(Frames frames) {
    this.frames = frames;
  }

  /// Goes through what a read brought.
  ///
  /// @throws ProtocolException for a masked frame, or one that is too large
  void scan(byte[] bytes, int from, int to) {
    int at = heldBytes == 0 ? from : complete(bytes, from, to);
    while (at < to) {
      int length = frameLength(bytes, at, to);
      if (length < 0 || length > to - at) {
        hold(bytes, at, to);
        return;
      }
      hand(bytes, at, at + length);
      at += length;
    }
  }

  /// Adds to the frame that is held, and hands it on when it is whole.
  ///
  /// @return how far `bytes` is used up
  private int complete(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      int length = frameLength(held, 0, heldBytes);
      int wanted = length < 0 ? headerLength(held, heldBytes) : length;
      int taken = Math.min(wanted - heldBytes, to - at);
      hold(bytes, at, at + taken);
      at += taken;
      if (heldBytes == frameLength(held, 0, heldBytes)) {
        int whole = heldBytes;
        heldBytes = 0;
        hand(held, 0, whole);
        break;
      }
    }
    return at;
  }

  private void hold(byte[] bytes, int from, int to) {
    int wanted = heldBytes + to - from;
    if (held.length < wanted) {
      held = Arrays.copyOf(held, Math.max(wanted, Math.max(MAX_HEADER_BYTES, 2 * held.length)));
    }
    System.arraycopy(bytes, from, held, heldBytes, to - from);
    heldBytes = wanted;
  }

  private static int headerLength(byte[] bytes, int count) {
    if (count < 2) {
      return 2;
    }
    int length = bytes[1] & 0x7f;
    return length < 126 ? 2 : length == 126 ? 4 : MAX_HEADER_BYTES;
  }

  /// The length of the frame that begins at `at`, header included; -1 when its header is not whole.
  private static int frameLength(byte[] bytes, int at, int to) {
    if (to - at < 2) {
      return -1;
    }
    int second = bytes[at + 1];
    if (second < 0) {
      throw new ProtocolException("a frame of the server is masked");
    }
    if (second < 126) {
      return 2 + second;
    }
    if (second == 126) {
      return to - at < 4 ? -1 : 4 + (((bytes[at + 2] & 0xff) << 8) | (bytes[at + 3] & 0xff));
    }
    if (to - at < MAX_HEADER_BYTES) {
      return -1;
    }
    long length = 0;
    for (int i = 2; i < MAX_HEADER_BYTES; i++) {
      length = (length << 8) | (bytes[at + i] & 0xff);
    }
    if (length < 0 || length > MAX_FRAME_BYTES) {
      throw new ProtocolException(
          "a frame of the server has " + Long.toUnsignedString(length) + " bytes");
    }
    return MAX_HEADER_BYTES + (int) length;
  }

  private void hand(byte[] bytes, int from, int to) {
    int second = bytes[from + 1];
    int header = second < 126 ? 2 : second == 126 ? 4 : MAX_HEADER_BYTES;
    frames.frame(bytes[from] & 0xff, bytes, from + header, to);
  }
}
