package dev.tocsin.load;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Inflates messages that were compressed without context takeover (RFC 7692). Belongs to one thread.
///
/// A server that compresses once sends thousands the same bytes, which inflate to the same text: the
/// latest results are kept and looked up by the compressed bytes, all of them compared. So it does
/// not inflate a message again for each connection, and the driver keeps up.
final class MessageInflater implements AutoCloseable {

  private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
  private static final int KEPT = 256;

  private final Inflater inflater = new Inflater(true);
  private final byte[][] compressed = new byte[KEPT][];
  private final byte[][] texts = new byte[KEPT][];
  private int length;

  /// The text of a message; how long it is says [#length].
  ///
  /// @throws FrameScanner.ProtocolException when it cannot be inflated, or is too large
  byte[] inflate(byte[] bytes, int from, int to) {
    int slot = slot(bytes, from, to);
    byte[] known = compressed[slot];
    byte[] text = texts[slot];
    if (known == null || text == null || !Arrays.equals(known, 0, known.length, bytes, from, to)) {
      text = inflated(bytes, from, to);
      compressed[slot] = Arrays.copyOfRange(bytes, from, to);
      texts[slot] = text;
    }
    length = text.length;
    return text;
  }

  /// How many bytes of what [#inflate] returned are text.
  int length() {
    return length;
  }

  /// From the length and some bytes near the end, where sequences differ.
  private static int slot(byte[] bytes, int from, int to) {
    int hash = to - from;
    for (int at = from; at < to; at += 1 + ((to - from) >> 5)) {
      hash = 31 * hash + bytes[at];
    }
    for (int at = Math.max(from, to - 12); at < to; at++) {
      hash = 31 * hash + bytes[at];
    }
    return (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (KEPT - 1);
  }

  private byte[] inflated(byte[] bytes, int from, int to) {
    byte[] text = new byte[Math.max(512, 4 * (to - from))];
    int count = 0;
    try {
      inflater.reset();
      inflater.setInput(bytes, from, to - from);
      boolean tail = false;
      while (true) {
        if (count == text.length) {
          if (count > FrameScanner.MAX_FRAME_BYTES) {
            throw new FrameScanner.ProtocolException("a compressed message is too large");
          }
          text = Arrays.copyOf(text, 2 * count);
        }
        int more = inflater.inflate(text, count, text.length - count);
        count += more;
        if (more == 0) {
          if (tail || inflater.finished()) {
            return Arrays.copyOf(text, count);
          }
          inflater.setInput(TAIL);
          tail = true;
        }
      }
    } catch (DataFormatException e) {
      throw new FrameScanner.ProtocolException("a message cannot be inflated: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    inflater.end();
  }
}
