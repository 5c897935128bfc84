package dev.tocsin.events;

/// The beginning of a text that may be long, for whoever is told of it.
public final class Excerpt {

  private Excerpt() {}

  /// The text; of a longer one so many UTF-16 units and an ellipsis, or one unit less where that would end in half of a
  /// surrogate pair.
  public static String of(String text, int maxLength) {
    if (text.length() <= maxLength) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
    return text.substring(0, end) + "…";
  }
}
