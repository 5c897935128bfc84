package dev.tocsin.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A server's figures as lines for a person, whatever figures there are: a newer server has more of them.
///
/// A figure's name says its unit: `_bytes`, `_seconds`, `_per_second`. A plain value is a line, an object a
/// section; one of numbers by event type is a table, the greatest first, and so are the bridges.
final class StatsPage {

  /// How many types of a table are shown.
  private static final int SHOWN_TYPES = 10;

  private StatsPage() {}

  static List<String> lines(JsonNode figures) {
    List<String> lines = new ArrayList<>(section(figures));
    for (Map.Entry<String, JsonNode> figure : figures.properties()) {
      if (figure.getValue().isContainer() && !figure.getValue().isEmpty()) {
        lines.add("");
        lines.add(TerminalText.harmless(words(figure.getKey())));
        inner(figure.getKey(), figure.getValue())
            .forEach(line -> lines.add(line.isEmpty() ? line : "  " + line));
      }
    }
    return lines;
  }

  private static List<String> inner(String wireName, JsonNode figures) {
    if (figures.isArray()) {
      return wireName.equals("bridges")
          ? BridgeTable.lines(figures, Integer.MAX_VALUE)
          : items(figures);
    }
    return isByType(figures) ? byType(figures) : lines(figures);
  }

  /// Plain values one below the other; objects with a blank line between.
  private static List<String> items(JsonNode figures) {
    List<String> lines = new ArrayList<>();
    for (JsonNode item : figures) {
      if (item.isContainer()) {
        if (!lines.isEmpty()) {
          lines.add("");
        }
        lines.addAll(inner("", item));
      } else {
        lines.add(TerminalText.harmless(plain("", item)));
      }
    }
    return lines;
  }

  private static List<String> section(JsonNode figures) {
    Table table = new Table();
    for (Map.Entry<String, JsonNode> figure : figures.properties()) {
      if (figure.getValue().isValueNode()) {
        table.row(name(figure.getKey()), plain(figure.getKey(), figure.getValue()));
      }
    }
    return table.lines();
  }

  /// Whether the names are those of event types: they have a dot.
  private static boolean isByType(JsonNode figures) {
    return figures.isObject()
        && figures.properties().stream().anyMatch(figure -> figure.getKey().contains("."));
  }

  private static List<String> byType(JsonNode counts) {
    List<Map.Entry<String, JsonNode>> greatest =
        counts.properties().stream()
            .sorted(
                Comparator.comparing(
                    (Map.Entry<String, JsonNode> count) -> count.getValue().asDouble(0),
                    Comparator.reverseOrder()))
            .toList();
    Table table = new Table();
    greatest.stream()
        .limit(SHOWN_TYPES)
        .forEach(count -> table.row(count.getKey(), plain("", count.getValue())));
    List<String> lines = new ArrayList<>(table.lines());
    if (greatest.size() > SHOWN_TYPES) {
      lines.add("and " + (greatest.size() - SHOWN_TYPES) + " more types");
    }
    return lines;
  }

  /// The unit stands after the value.
  private static String name(String wireName) {
    return words(wireName.replaceFirst("_(bytes|seconds|per_second)$", ""));
  }

  private static String words(String wireName) {
    return wireName.replace('_', ' ');
  }

  private static String plain(String wireName, JsonNode value) {
    if (!value.isNumber()) {
      return value.asString("-");
    }
    if (wireName.endsWith("_bytes")) {
      return bytes(value.asDouble(0));
    }
    if (wireName.endsWith("_per_second")) {
      return number(value) + " a second";
    }
    if (wireName.endsWith("_seconds")) {
      return time(value.asDouble(0));
    }
    return wireName.equals("pid") ? value.asString("") : number(value);
  }

  private static String number(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToLong()
        ? String.format(Locale.ROOT, "%,d", value.longValue())
        : String.format(Locale.ROOT, "%,.1f", value.asDouble(0));
  }

  private static String bytes(double bytes) {
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) {
      return String.format(Locale.ROOT, "%.0f bytes", bytes);
    }
    double value = bytes / 1024;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }

  private static String time(double seconds) {
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    Duration time = Duration.ofSeconds((long) seconds);
    return time.toDays() > 0
        ? time.toDays() + " d " + time.toHoursPart() + " h"
        : time.toHours() > 0
            ? time.toHours() + " h " + time.toMinutesPart() + " min"
            : time.toMinutes() + " min " + time.toSecondsPart() + " s";
  }
}
