package dev.tocsin.bridges;

/// Reads whole numbers and truth values of a file of bridges, and tells what is wrong with them.
final class Amounts {

  private Amounts() {}

  /// A whole number.
  ///
  /// @param otherwise where there is none, or a wrong one
  static long whole(Section section, long least, long most, long otherwise) {
    if (!section.isThere()) {
      return otherwise;
    }
    if (section.json().isIntegralNumber() && section.json().canConvertToLong()) {
      long number = section.json().longValue();
      if (number >= least && number <= most) {
        return number;
      }
    }
    section.fault("must be a whole number from " + least + " to " + most);
    return otherwise;
  }

  /// `true` or `false`.
  static boolean flag(Section section, boolean otherwise) {
    if (!section.isThere()) {
      return otherwise;
    }
    if (!section.json().isBoolean()) {
      section.fault("must be true or false");
      return otherwise;
    }
    return section.json().booleanValue();
  }
}
