package dev.tocsin.hub;

import org.jspecify.annotations.Nullable;

/// A pattern was stored although it matches nothing: probably a slip of the pen.
///
/// @param pattern the normalised pattern
/// @param message a sentence for a person
/// @param suggestion a pattern that does match and looks alike; `null` when there is none, or
///     when there are so many warnings that it was not looked for
public record PatternWarning(String pattern, String message, @Nullable String suggestion) {}
