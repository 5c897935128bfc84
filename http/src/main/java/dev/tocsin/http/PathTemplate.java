package dev.tocsin.http;

import java.util.List;
import java.util.Map;

/// A path in which some segments stand for any text but none.
///
/// @param segments what stands between the slashes; parameters in braces
record PathTemplate(List<String> segments) {

  static PathTemplate of(String path) {
    return new PathTemplate(List.of(path.substring(1).split("/", -1)));
  }

  private static boolean isParameter(String segment) {
    return segment.startsWith("{") && segment.endsWith("}");
  }

  /// Whether it stands for one path alone.
  boolean isFixed() {
    return segments.stream().noneMatch(PathTemplate::isParameter);
  }

  /// Whether it stands for a path; then its parameters are added.
  boolean match(String path, Map<String, String> parameters) {
    if (!path.startsWith("/")) {
      return false;
    }
    String[] texts = path.substring(1).split("/", -1);
    if (texts.length != segments.size()) {
      return false;
    }
    for (int i = 0; i < texts.length; i++) {
      boolean fits =
          isParameter(segments.get(i)) ? !texts[i].isEmpty() : segments.get(i).equals(texts[i]);
      if (!fits) {
        return false;
      }
    }
    for (int i = 0; i < texts.length; i++) {
      String segment = segments.get(i);
      if (isParameter(segment)) {
        parameters.put(segment.substring(1, segment.length() - 1), texts[i]);
      }
    }
    return true;
  }
}
