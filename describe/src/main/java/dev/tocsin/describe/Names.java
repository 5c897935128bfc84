package dev.tocsin.describe;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// The names that are taken in the documents of a catalog. Each is an identifier of TypeScript in ASCII, begins with a capital
/// letter or a `_`, and is given once. Owned by its caller.
final class Names {

  /// What the documents call things of their own.
  private static final Set<String> OWN =
      Set.of(
          "Events",
          "ServerEvents",
          "TocsinEvent",
          "ServerEvent",
          "CatalogEvent",
          "CatalogHash",
          // Global types that the page refers to, or that a reader would take for them.
          "Array",
          "Boolean",
          "Function",
          "Number",
          "Object",
          "Record",
          "String");

  private static final Pattern WORD_END = Pattern.compile("[^A-Za-z0-9]+");

  private static final int MAX_LENGTH = 100;

  private final Set<String> taken = new HashSet<>(OWN);

  /// Takes a name: the one that is wanted or, where something else has it, with a number after it.
  String take(String wanted) {
    String name = wanted;
    for (int i = 2; !taken.add(name); i++) {
      name = wanted + i;
    }
    return name;
  }

  /// A text as a name; empty when nothing of it can stand in one.
  static String of(String text) {
    StringBuilder name = new StringBuilder();
    for (String word : WORD_END.split(text, -1)) {
      if (!word.isEmpty() && name.length() < MAX_LENGTH) {
        name.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
      }
    }
    if (name.length() > MAX_LENGTH) {
      name.setLength(MAX_LENGTH);
    }
    return !name.isEmpty() && Character.isDigit(name.charAt(0)) ? "_" + name : name.toString();
  }
}
