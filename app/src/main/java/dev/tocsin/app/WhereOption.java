package dev.tocsin.app;

import dev.tocsin.events.Rejection;
import dev.tocsin.events.Where;
import org.jspecify.annotations.Nullable;

/// Reads a `--where`.
final class WhereOption {

  private WhereOption() {}

  /// What an option's text asks for; `null` for nothing.
  static @Nullable Where read(@Nullable String text) throws WrongUse {
    return text == null
        ? null
        : switch (Where.read(text)) {
          case Where.Reading.Read(Where where) -> where;
          case Where.Reading.Refused(Rejection rejection) ->
              throw new WrongUse("--" + rejection.sentence());
        };
  }
}
