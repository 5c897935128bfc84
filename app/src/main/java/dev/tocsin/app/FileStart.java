package dev.tocsin.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/// What a file begins with: by its content, whatever its times say and whatever comes after.
///
/// @param bytes how long that beginning is
/// @param checksum its CRC-32C
record FileStart(long bytes, long checksum) {

  private static final int BUFFER_BYTES = 1 << 16;

  /// All of a file as it is now.
  static FileStart ofWhole(Path file) throws IOException {
    return read(file, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /// A file up to the end of a line; all of it when it has fewer.
  static FileStart ofLines(Path file, long lines) throws IOException {
    return read(file, Long.MAX_VALUE, lines);
  }

  /// Whether a file begins so.
  boolean isOf(Path file) throws IOException {
    return equals(read(file, bytes, Long.MAX_VALUE));
  }

  private static FileStart read(Path file, long mostBytes, long mostLines) throws IOException {
    CRC32C sum = new CRC32C();
    byte[] buffer = new byte[BUFFER_BYTES];
    long bytes = 0;
    long lines = 0;
    try (InputStream in = Files.newInputStream(file)) {
      while (bytes < mostBytes && lines < mostLines) {
        int count = in.read(buffer, 0, (int) Math.min(buffer.length, mostBytes - bytes));
        if (count < 0) {
          break;
        }
        int taken = 0;
        if (mostLines == Long.MAX_VALUE) {
          taken = count;
        }
        while (taken < count && lines < mostLines) {
          if (buffer[taken++] == '\n') {
            lines++;
          }
        }
        sum.update(buffer, 0, taken);
        bytes += taken;
      }
    }
    return new FileStart(bytes, sum.getValue());
  }
}
