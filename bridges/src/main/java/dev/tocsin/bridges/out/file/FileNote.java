package dev.tocsin.bridges.out.file;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What is noted beside the position of the file to which a bridge writes.
///
/// @param path of it
/// @param length how long it was then, in bytes
/// @param day on which its first line was written; `null` when that is not known
record FileNote(String path, long length, @Nullable LocalDate day) {

  /// Reads a note back; one that is none is of no file.
  static FileNote of(@Nullable JsonNode json) {
    if (json == null) {
      return new FileNote("", 0, null);
    }
    return new FileNote(
        json.path("path").stringValue(""),
        Math.max(0, json.path("length").longValue(0)),
        day(json.path("day").stringValue("")));
  }

  private static @Nullable LocalDate day(String text) {
    try {
      return text.isEmpty() ? null : LocalDate.parse(text);
    } catch (DateTimeException e) {
      return null;
    }
  }

  boolean isOf(Path other) {
    return path.equals(other.toString());
  }

  JsonNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("path", path).put("length", length);
    return day == null ? json : json.put("day", day.toString());
  }
}
