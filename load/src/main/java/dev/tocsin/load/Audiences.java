package dev.tocsin.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Sets of patterns for connections, and what they want.
public final class Audiences {

  /// Types of the built-in catalog besides the one that is published; each set of them makes another
  /// audience.
  private static final List<String> OTHER_TYPES =
      List.of(
          "alert.created",
          "alert.updated",
          "alert.deleted",
          "alert.acknowledged",
          "alert.resolved",
          "camera.online",
          "camera.offline",
          "job.started",
          "job.progress",
          "job.completed",
          "job.failed",
          "worker.started");

  /// How many audiences can be made.
  public static final int MAX = 1 << OTHER_TYPES.size();

  private Audiences() {}

  /// So many different sets of types which all hold `type`.
  public static List<List<String>> distinct(int count, String type) {
    List<List<String>> audiences = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      List<String> patterns = new ArrayList<>(List.of(type));
      for (int bit = 0; bit < OTHER_TYPES.size(); bit++) {
        if (((number >> bit) & 1) != 0) {
          patterns.add(OTHER_TYPES.get(bit));
        }
      }
      audiences.add(patterns);
    }
    return audiences;
  }

  /// Whether a connection with these patterns gets events of a type: shell-style, as a Tocsin matches
  /// them.
  static boolean want(List<String> patterns, String type) {
    return patterns.isEmpty()
        || patterns.stream().anyMatch(pattern -> regex(pattern).matcher(type).matches());
  }

  private static Pattern regex(String glob) {
    StringBuilder regex = new StringBuilder();
    String pattern = glob.toLowerCase(Locale.ROOT);
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      int end = c == '[' ? pattern.indexOf(']', i + (pattern.startsWith("!", i + 1) ? 3 : 2)) : -1;
      if (end > 0) {
        String set = pattern.substring(i + 1, end);
        boolean not = set.startsWith("!");
        regex.append(not ? "[^" : "[");
        regex.append((not ? set.substring(1) : set).replaceAll("[\\[\\]\\\\^&]", "\\\\$0"));
        regex.append(']');
        i = end;
      } else {
        regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString());
  }
}
