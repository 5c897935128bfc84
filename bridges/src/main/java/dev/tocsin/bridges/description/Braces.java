package dev.tocsin.bridges.description;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Texts with `{names}` in them; two braces of a kind stand for one.
public final class Braces {

  private Braces() {}

  /// Takes a text apart; what is wrong with its braces is told.
  ///
  /// @param words makes a part of what stands between names
  /// @param place makes a part of what stands in braces; `null` where that is wrong, which it tells itself
  /// @return the parts in their order, none of an empty text; `null` where something is wrong
  public static <P> @Nullable List<P> parts(
      Section section,
      String text,
      Function<String, P> words,
      Function<String, @Nullable P> place) {
    List<P> parts = new ArrayList<>();
    StringBuilder between = new StringBuilder();
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if ((c == '{' || c == '}') && i + 1 < text.length() && text.charAt(i + 1) == c) {
        between.append(c);
        i += 2;
      } else if (c == '{') {
        int end = text.indexOf('}', i);
        if (end < 0) {
          section.fault("has a { that is not closed; write {{ for the character itself");
          return null;
        }
        P part = place.apply(text.substring(i + 1, end));
        if (part == null) {
          return null;
        }
        if (!between.isEmpty()) {
          parts.add(words.apply(between.toString()));
          between.setLength(0);
        }
        parts.add(part);
        i = end + 1;
      } else if (c == '}') {
        section.fault("has a } without {; write }} for the character itself");
        return null;
      } else {
        between.append(c);
        i++;
      }
    }
    if (!between.isEmpty()) {
      parts.add(words.apply(between.toString()));
    }
    return parts;
  }
}
