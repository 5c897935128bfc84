package dev.tocsin.bridges.out.file;

import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.events.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/// What a process has written to a file, and has not noted.
///
/// @param end where the last line that is finished ends
/// @param position after the last of them that is an event of the log
record WrittenLines(long end, HubPosition position) {

  /// The longest line that is looked at, in bytes: no event has a longer one.
  private static final int MAX_LINE = 1 << 20;

  /// Looks through a file.
  ///
  /// @param from how long it was when the position was noted
  /// @param noted the position; what stands behind is of the same log
  static WrittenLines after(Path path, long from, HubPosition noted) throws IOException {
    try (InputStream in = new BufferedInputStream(new FileInputStream(path.toFile()), 1 << 16)) {
      in.skipNBytes(from);
      long end = from;
      long at = from;
      long sequence = noted.sequence();
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        at++;
        if (b != '\n') {
          if (line.size() <= MAX_LINE) {
            line.write(b);
          }
          continue;
        }
        end = at;
        sequence = Math.max(sequence, sequence(line.toByteArray()));
        line.reset();
      }
      return new WrittenLines(end, new HubPosition(noted.epoch(), sequence));
    }
  }

  /// The sequence of an event, in either format; -1 when the line is none.
  private static long sequence(byte[] line) {
    if (!(Json.read(line) instanceof Json.Value(JsonNode tree))) {
      return -1;
    }
    JsonNode sequence = tree.path("sequence");
    if (sequence.isString()) {
      try {
        return Long.parseLong(sequence.stringValue());
      } catch (NumberFormatException e) {
        return -1;
      }
    }
    return sequence.isIntegralNumber() && sequence.canConvertToLong() ? sequence.longValue() : -1;
  }
}
