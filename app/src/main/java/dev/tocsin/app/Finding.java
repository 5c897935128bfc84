package dev.tocsin.app;

import org.jspecify.annotations.Nullable;

/// One thing that `doctor` has looked at. Immutable.
///
/// @param subject what it is about, a word
/// @param verdict how it is
/// @param text what was found, for a person
/// @param remedy what to do, for a person; `null` for nothing
record Finding(String subject, Verdict verdict, String text, @Nullable String remedy) {

  /// How something is.
  enum Verdict {
    /// As it should be.
    GOOD,
    /// Worth knowing, or not to be found out from here. Nothing has to be done.
    NOTE,
    /// Something has to be done.
    MEND;

    /// As it is told.
    String word() {
      return switch (this) {
        case GOOD -> "good";
        case NOTE -> "note";
        case MEND -> "mend";
      };
    }

    /// Its colour.
    Gist.Weight weight() {
      return switch (this) {
        case GOOD -> Gist.Weight.GOOD;
        case NOTE -> Gist.Weight.NOTABLE;
        case MEND -> Gist.Weight.BAD;
      };
    }
  }
}
