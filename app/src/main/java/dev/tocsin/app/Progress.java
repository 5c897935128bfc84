package dev.tocsin.app;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// An input that shows on a terminal how much of it was read: a bar where its size is known, the
/// bytes where it is not. Nothing in the first second, because then nobody waits yet.
final class Progress extends FilterInputStream {

  private static final int BAR_WIDTH = 30;
  private static final Duration BETWEEN = Duration.ofMillis(100);
  private static final Duration FIRST = Duration.ofSeconds(1);

  private final long size;
  private final Surroundings surroundings;
  private Instant next;
  private long read;
  private int shown; // columns

  /// Wraps an input, which is closed with it.
  ///
  /// @param size in bytes; negative when it is not known
  Progress(InputStream in, long size, Surroundings surroundings) {
    super(in);
    this.size = size;
    this.surroundings = surroundings;
    this.next = surroundings.clock().instant().plus(FIRST);
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    advance(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = super.read(buffer, offset, length);
    advance(Math.max(0, count));
    return count;
  }

  private synchronized void advance(int count) {
    read += count;
    if (surroundings.errIsTerminal()) {
      Instant now = surroundings.clock().instant();
      if (!now.isBefore(next)) {
        next = now.plus(BETWEEN);
        String line = line(read, size, surroundings.width());
        shown = Math.max(shown, line.length());
        surroundings.err().print("\r" + line);
        surroundings.err().flush();
      }
    }
  }

  /// The bar, or only the numbers where it would take all columns of the terminal or more, or only the bytes.
  static String line(long read, long size, int columns) {
    String mebibytes = String.format(Locale.ROOT, "%.1f MiB", read / 1048576.0);
    if (size <= 0) {
      return mebibytes + " sent";
    }
    double share = Math.min(1, (double) read / size);
    int filled = (int) (share * BAR_WIDTH);
    String bar = "[" + "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled) + "] ";
    String numbers = String.format(Locale.ROOT, "%3d %%  %s", (int) (share * 100), mebibytes);
    return bar.length() + numbers.length() < columns ? bar + numbers : numbers;
  }

  /// Takes the bar away again.
  synchronized void clear() {
    if (shown > 0) {
      surroundings.err().print("\r" + " ".repeat(shown) + "\r");
      shown = 0;
      surroundings.err().flush();
    }
  }

  @Override
  public void close() throws IOException {
    clear();
    super.close();
  }
}
