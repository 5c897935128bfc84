package dev.tocsin.app;

import dev.tocsin.events.Slice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The lines of an input that hold something, one after the other, as soon as each is there.
///
/// Lines end with LF or CR LF and count from 1. No more is read than the input has at hand, and no more
/// is kept than one line of the greatest length. For one thread.
final class EventLines {

  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final int maxBytes;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private int position;
  private int limit;
  private long number;

  /// A line.
  ///
  /// @param number counts from 1, blank lines included
  /// @param text without the line's end; `null` when it is longer than it may be
  record Line(long number, @Nullable Slice text) {}

  /// Reads an input, which stays the caller's.
  ///
  /// @param maxBytes the greatest length of a line, in bytes
  EventLines(InputStream in, int maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /// The next line, or `null` at the end of the input. Blocks until it is complete.
  @Nullable Line next() throws IOException {
    while (true) {
      boolean overlong = false;
      boolean ended = false;
      while (!ended) {
        if (position == limit && !fill()) {
          if (partial.size() == 0 && !overlong) {
            return null;
          }
          break;
        }
        int end = position;
        while (end < limit && buffer[end] != '\n') {
          end++;
        }
        overlong = overlong || partial.size() + end - position > maxBytes + 1;
        if (overlong) {
          partial.reset();
        } else {
          partial.write(buffer, position, end - position);
        }
        ended = end < limit;
        position = ended ? end + 1 : end;
      }
      number++;
      byte[] line = withoutReturn(partial.toByteArray());
      partial.reset();
      if (overlong || line.length > maxBytes) {
        return new Line(number, null);
      }
      if (!isBlank(line)) {
        return new Line(number, Slice.of(line));
      }
    }
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }

  private static byte[] withoutReturn(byte[] line) {
    boolean returned = line.length > 0 && line[line.length - 1] == '\r';
    return returned ? Arrays.copyOf(line, line.length - 1) : line;
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }
}
