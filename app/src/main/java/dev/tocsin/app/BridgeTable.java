package dev.tocsin.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// How bridges fare, as lines for a person: a row for each, and below the table why one is not connected, what went wrong last,
/// and what was refused, with the last example.
final class BridgeTable {

  private static final int MAX_EXAMPLE = 200;

  private BridgeTable() {}

  /// @param bridges as they stand in a server's figures
  /// @param width how long a note may be, in columns
  static List<String> lines(JsonNode bridges, int width) {
    if (bridges.isEmpty()) {
      return List.of("no bridges");
    }
    Table table =
        new Table()
            .row(
                "NAME",
                "KIND",
                "CONNECTED",
                "IN",
                "MAPPED",
                "IGNORED",
                "REFUSED",
                "OUT",
                "ASIDE",
                "LOST",
                "BEHIND");
    for (JsonNode bridge : bridges) {
      table.row(
          text(bridge, "name"),
          text(bridge, "kind"),
          connected(bridge),
          number(bridge, "received"),
          number(bridge, "published"),
          sum(bridge.path("ignored")),
          sum(bridge.path("refused")),
          number(bridge, "sent"),
          number(bridge, "set_aside"),
          number(bridge, "lost"),
          number(bridge, "behind"));
    }
    List<String> lines = new ArrayList<>(table.lines());
    for (JsonNode bridge : bridges) {
      notes(bridge).forEach(note -> lines.add(TerminalText.fitted(note, width)));
    }
    return lines;
  }

  private static String connected(JsonNode bridge) {
    return bridge.has("connected") ? bridge.get("connected").asBoolean(false) ? "yes" : "no" : "-";
  }

  private static List<String> notes(JsonNode bridge) {
    List<String> notes = new ArrayList<>();
    String name = text(bridge, "name");
    String away = text(bridge, "error");
    if (!away.isEmpty()) {
      notes.add(harmless(name + ": not connected: " + away));
    }
    JsonNode error = bridge.path("last_error");
    if (error.isObject() && !text(error, "message").equals(away)) {
      notes.add(
          harmless(name + ": last error, " + text(error, "at") + ": " + text(error, "message")));
    }
    bridge
        .path("ignored")
        .properties()
        .forEach(reason ->
            notes.add(
                harmless(
                    name + ": ignored " + number(reason.getValue()) + ", " + reason.getKey())));
    bridge
        .path("refused")
        .properties()
        .forEach(reason ->
            notes.add(
                harmless(
                    name
                        + ": refused "
                        + number(reason.getValue())
                        + ", "
                        + reason.getKey()
                        + last(bridge, reason.getKey()))));
    return notes;
  }

  /// What was said of the last one that was refused, and how it began; nothing where that is not told.
  private static String last(JsonNode bridge, String reason) {
    for (JsonNode refusal : bridge.path("refusals")) {
      if (text(refusal, "reason").equals(reason)) {
        String example = text(refusal, "example");
        return "; last: "
            + text(refusal, "message")
            + (example.isEmpty() ? "" : ": " + TerminalText.shortened(example, MAX_EXAMPLE));
      }
    }
    return "";
  }

  private static String harmless(String text) {
    return TerminalText.harmless(text);
  }

  private static String text(JsonNode node, String name) {
    return node.path(name).asString("");
  }

  private static String number(JsonNode bridge, String name) {
    return bridge.has(name) ? number(bridge.get(name)) : "-";
  }

  private static String number(JsonNode value) {
    return String.format(Locale.ROOT, "%,d", value.asLong(0));
  }

  private static String sum(JsonNode counts) {
    long sum = 0;
    for (JsonNode count : counts) {
      sum += count.asLong(0);
    }
    return String.format(Locale.ROOT, "%,d", sum);
  }
}
