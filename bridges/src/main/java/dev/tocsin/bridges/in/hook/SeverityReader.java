package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.events.payload.alert.AlertSeverity;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads by which label an Alertmanager's alerts tell how urgent they are, and in which words.
///
/// @param label the label
/// @param table what it says, in lower case, and the severity that it stands for
/// @param other the severity of all others
record SeverityReader(String label, Map<String, String> table, String other) {

  private static final Set<String> SEVERITIES =
      Stream.of(AlertSeverity.values())
          .map(severity -> severity.name().toLowerCase(Locale.ROOT))
          .collect(Collectors.toCollection(TreeSet::new));

  /// What is usual among Prometheus' users.
  static final SeverityReader USUAL =
      new SeverityReader(
          "severity",
          Map.of(
              "critical", "critical",
              "page", "critical",
              "error", "high",
              "high", "high",
              "warning", "medium",
              "medium", "medium",
              "info", "low",
              "low", "low",
              "none", "low"),
          "medium");

  /// Reads it; what is usual where nothing is said.
  static SeverityReader read(Section section) {
    if (!section.isThere() || !section.isObject("an object with label, table and default")) {
      return USUAL;
    }
    section.allow("label", "table", "default");
    String label = section.at("label").optionalText("the name of a label");
    Section table = section.at("table");
    Map<String, String> severities = new HashMap<>(USUAL.table);
    if (table.isThere() && table.isObject("an object: what the label says, and the severity")) {
      severities.clear();
      if (table.json().isEmpty()) {
        table.fault("must have one entry at least");
      }
      table
          .members()
          .forEach((word, member) -> {
            String severity = severity(member);
            if (severity != null) {
              severities.put(word.toLowerCase(Locale.ROOT), severity);
            }
          });
    }
    Section other = section.at("default");
    String severity = other.isThere() ? severity(other) : null;
    return new SeverityReader(
        label == null ? USUAL.label : label, severities, severity == null ? USUAL.other : severity);
  }

  private static @Nullable String severity(Section section) {
    String word = section.text("one of " + String.join(", ", SEVERITIES));
    if (word != null && !SEVERITIES.contains(word)) {
      section.unknown("there is no severity " + Faults.quoted(word), word, SEVERITIES);
      return null;
    }
    return word;
  }
}
