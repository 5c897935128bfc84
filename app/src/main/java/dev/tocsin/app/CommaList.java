package dev.tocsin.app;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The values of an option that may be repeated, or have several with commas between.
final class CommaList {

  private CommaList() {}

  /// The parts between commas, in order. One that is empty is a mistake: whoever wrote it meant something. The values are not
  /// shown: an address may hold a password.
  ///
  /// @param wanted what the option is, for a person
  static Set<String> parts(String option, List<String> values, String wanted) throws WrongUse {
    Set<String> parts = new LinkedHashSet<>();
    for (String value : values) {
      for (String part : value.split(",", -1)) {
        if (part.isBlank()) {
          throw new WrongUse(
              option + " is " + wanted + ", or several with commas between; one of them is empty");
        }
        parts.add(part.strip());
      }
    }
    return parts;
  }
}
