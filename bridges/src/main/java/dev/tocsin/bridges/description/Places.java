package dev.tocsin.bridges.description;

import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// On which line of a JSON text each of its values stands, by JSON pointer. Immutable.
final class Places {

  private final Map<String, Integer> lines;

  private Places(Map<String, Integer> lines) {
    this.lines = lines;
  }

  /// The places of a text that was read without a fault.
  static Places of(byte[] json) {
    Map<String, Integer> lines = new HashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (!token.isStructEnd()) {
          // A member's name comes before its value: the line is the name's.
          lines.putIfAbsent(
              parser.streamReadContext().pathAsPointer().toString(),
              parser.currentTokenLocation().getLineNr());
        }
      }
    } catch (JacksonException e) {
      // Longer names or deeper values than this parser takes: what comes after them has no line.
      return new Places(lines);
    }
    return new Places(lines);
  }

  /// The line of a place, or of what it would stand in if it were there; 0 when nothing is known.
  int line(String pointer) {
    String place = pointer;
    while (true) {
      Integer line = lines.get(place);
      if (line != null) {
        return line;
      }
      int end = place.lastIndexOf('/');
      if (end < 0) {
        return 0;
      }
      place = place.substring(0, end);
    }
  }
}
