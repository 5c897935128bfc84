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
  private final long end;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private int position;
  private int limit;
  private long read;
  private long number;

  /// A line.
  ///
  /// @param number counts from 1, blank lines included
  /// @param text without the line's end; `null` when it is longer than it may be
  record Line(long number, @Nullable Slice text) {}

  /// Reads an input, which stays the caller's.
  ///
  /// @param maxBytes the greatest length of a line, in bytes
  /// @param end bytes of the input; a line that begins there or after it is not read, because a file may
  ///     grow while it is read, even by what comes of reading it
  EventLines(InputStream in, int maxBytes, long end) {
    this.in = in;
    this.maxBytes = maxBytes;
    this.end = end;
  }

  /// The next line, or `null` at the end of the input. Blocks until it is complete.
  @Nullable Line next() throws IOException {
    while (read - (limit - position) < end) {
      boolean overlong = false;
      boolean complete = false;
      while (!complete) {
        if (position == limit && !fill()) {
          if (partial.size() == 0 && !overlong) {
            return null;
          }
          break;
        }
        int stop = position;
        while (stop < limit && buffer[stop] != '\n') {
          stop++;
        }
        overlong = overlong || partial.size() + stop - position > maxBytes + 1;
        if (overlong) {
          partial.reset();
        } else {
          partial.write(buffer, position, stop - position);
        }
        complete = stop < limit;
        position = complete ? stop + 1 : stop;
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
    return null;
  }

  /// How many lines were read, blank ones included.
  long count() {
    return number;
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer));
    read += limit;
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
