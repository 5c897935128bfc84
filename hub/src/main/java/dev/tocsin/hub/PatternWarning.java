package dev.tocsin.hub;

import org.jspecify.annotations.Nullable;

/// A pattern was stored although nothing comes of it: it matches nothing, which is probably a slip of the pen, or nothing that
/// the connection may read.
///
/// @param code what is the matter
/// @param pattern the normalised pattern
/// @param message a sentence for a person
/// @param suggestion a pattern that does match and looks alike; `null` when there is none, or
///     when there are so many warnings that it was not looked for
public record PatternWarning(
    Code code, String pattern, String message, @Nullable String suggestion) {

  /// What is the matter with a pattern.
  public enum Code {
    /// It matches no type of the catalog.
    UNKNOWN,
    /// It matches types, none of which may be read.
    DENIED
  }

  static PatternWarning unknown(EventPattern pattern, @Nullable String suggestion) {
    return new PatternWarning(
        Code.UNKNOWN, pattern.text(), "matches no event type of this server's catalog", suggestion);
  }

  static PatternWarning denied(EventPattern pattern) {
    return new PatternWarning(
        Code.DENIED, pattern.text(), "matches nothing that may be read with this credential", null);
  }
}
