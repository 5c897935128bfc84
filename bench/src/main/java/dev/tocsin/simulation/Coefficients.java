package dev.tocsin.simulation;

import java.util.EnumMap;
import java.util.Map;

/// The coefficients of one run: the defaults, but for those that were given.
///
/// @param given what takes the place of [Coefficient#value]; none negative
record Coefficients(Map<Coefficient, Long> given) {

  /// As they are.
  static final Coefficients DEFAULT = new Coefficients(Map.of());

  Coefficients {
    EnumMap<Coefficient, Long> copy = new EnumMap<>(Coefficient.class);
    given.forEach((coefficient, value) -> {
      if (value < 0) {
        throw new IllegalArgumentException(coefficient.option() + " is negative: " + value);
      }
      copy.put(coefficient, value);
    });
    given = copy;
  }

  long of(Coefficient coefficient) {
    Long value = given.get(coefficient);
    return value == null ? coefficient.value() : value;
  }
}
