package dev.tocsin.http;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a header like `Accept` names, each with its weight (RFC 9110, 12.4.2).
///
/// @param names in lower case, with 0 for what is not wanted at all; what is named twice has the greater weight
record Weights(Map<String, Double> names) {

  static Weights of(List<String> headers) {
    Map<String, Double> names = new HashMap<>();
    for (String header : headers) {
      for (String item : header.toLowerCase(Locale.ROOT).split(",", -1)) {
        String[] parts = item.split(";", -1);
        names.merge(parts[0].strip(), weight(parts), Math::max);
      }
    }
    return new Weights(names);
  }

  /// One that cannot be read says nothing.
  private static double weight(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("q=")) {
        try {
          return Double.parseDouble(parameter.substring(2).strip());
        } catch (NumberFormatException e) {
          return 1;
        }
      }
    }
    return 1;
  }

  /// Whether it is named, and wanted.
  boolean isWanted(String name) {
    return names.getOrDefault(name, 0.0) > 0;
  }
}
