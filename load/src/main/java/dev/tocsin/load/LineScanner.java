package dev.tocsin.load;

import java.util.Arrays;

/// Finds the lines of an answer in chunks (RFC 9112, 7.1) in what a socket brings, wherever that is cut.
///
/// A line that came whole is handed on where it lies. Only what a read or a chunk left incomplete is copied, and kept until
/// the rest of it is there. Belongs to one thread.
final class LineScanner {

  /// The longest line that is taken.
  static final int MAX_LINE_BYTES = 16 << 20;

  private static final byte[] NOTHING = {};

  private final Lines lines;
  private byte[] held = NOTHING;
  private int heldBytes;

  /// What is still to come of the present chunk, its line break not counted.
  private int left;

  /// What was read of the next chunk's length.
  private long length;

  private State state = State.LENGTH;

  private enum State {
    LENGTH,
    /// What follows a length on its line.
    EXTENSION,
    DATA,
    /// The line break after a chunk.
    AFTER,
    ENDED
  }

  /// What is done with a line.
  interface Lines {

    /// One line, in `bytes` from `from` to `to` until the call returns, without its line feed.
    void line(byte[] bytes, int from, int to);

    /// The answer has ended.
    void end();
  }

  LineScanner(Lines lines) {
    this.lines = lines;
  }

  /// Goes through what a read brought.
  ///
  /// @throws FrameScanner.ProtocolException for what are no chunks, or a line that is too long
  void scan(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && state != State.ENDED) {
      switch (state) {
        case LENGTH -> length(bytes[at++]);
        case EXTENSION -> at = extension(bytes, at, to);
        case DATA -> {
          int end = at + Math.min(to - at, left);
          data(bytes, at, end);
          left -= end - at;
          at = end;
          state = left == 0 ? State.AFTER : State.DATA;
        }
        case AFTER -> state = bytes[at++] == '\n' ? State.LENGTH : State.AFTER;
        case ENDED -> {}
      }
    }
  }

  private void length(byte next) {
    int digit = Character.digit(next, 16);
    if (digit >= 0) {
      length = length * 16 + digit;
      if (length > Integer.MAX_VALUE) {
        throw new FrameScanner.ProtocolException("a chunk of the server is too large");
      }
    } else if (next == '\r' || next == ';') {
      state = State.EXTENSION;
    } else {
      throw new FrameScanner.ProtocolException("the server does not answer in chunks");
    }
  }

  private int extension(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    if (at == to) {
      return at;
    }
    left = (int) length;
    length = 0;
    state = left == 0 ? State.ENDED : State.DATA;
    if (left == 0) {
      lines.end();
    }
    return at + 1;
  }

  private void data(byte[] bytes, int from, int to) {
    int begin = from;
    for (int at = from; at < to; at++) {
      if (bytes[at] == '\n') {
        if (heldBytes > 0) {
          hold(bytes, begin, at);
          int whole = heldBytes;
          heldBytes = 0;
          lines.line(held, 0, whole);
        } else {
          lines.line(bytes, begin, at);
        }
        begin = at + 1;
      }
    }
    hold(bytes, begin, to);
  }

  private void hold(byte[] bytes, int from, int to) {
    int wanted = heldBytes + to - from;
    if (wanted > MAX_LINE_BYTES) {
      throw new FrameScanner.ProtocolException("a line of the server does not end");
    }
    if (held.length < wanted) {
      held = Arrays.copyOf(held, Math.max(wanted, 2 * held.length));
    }
    System.arraycopy(bytes, from, held, heldBytes, to - from);
    heldBytes = wanted;
  }
}
