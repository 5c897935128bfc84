package dev.tocsin.bridges.out;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Files and texts of lines, of which only those count that are ended.
final class Lines {

  private static final int CHUNK = 64 * 1024;

  private Lines() {}

  /// A JSON text without the line breaks that its writer has put between its parts: within a string there can be none. The same
  /// bytes where there are none.
  static byte[] inOne(byte[] json) {
    int at = lineBreak(json, 0);
    if (at == json.length) {
      return json;
    }
    byte[] line = json.clone();
    while (at < line.length) {
      line[at] = ' ';
      at = lineBreak(line, at);
    }
    return line;
  }

  private static int lineBreak(byte[] json, int from) {
    int at = from;
    while (at < json.length && json[at] != '\n' && json[at] != '\r') {
      at++;
    }
    return at;
  }

  /// The lines that are ended, without their ends.
  static List<byte[]> of(byte[] content) {
    List<byte[]> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < content.length; i++) {
      if (content[i] == '\n') {
        lines.add(Arrays.copyOfRange(content, start, i));
        start = i + 1;
      }
    }
    return lines;
  }

  /// Takes away what stands after the last line that is ended.
  ///
  /// @return how many bytes that were
  static long cutTornTail(Path path) throws IOException {
    if (!Files.exists(path)) {
      return 0;
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      long length = file.length();
      long end = endOfLastLine(file, 0);
      if (end < length) {
        file.setLength(end);
      }
      return length - end;
    }
  }

  /// Where the last line that is ended ends.
  ///
  /// @param from where it begins to count: never less than that
  static long endOfLastLine(RandomAccessFile file, long from) throws IOException {
    byte[] chunk = new byte[CHUNK];
    long end = file.length();
    while (end > from) {
      int length = (int) Math.min(CHUNK, end - from);
      file.seek(end - length);
      file.readFully(chunk, 0, length);
      for (int i = length - 1; i >= 0; i--) {
        if (chunk[i] == '\n') {
          return end - length + i + 1;
        }
      }
      end -= length;
    }
    return from;
  }
}
