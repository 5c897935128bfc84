package dev.tocsin.hub;

import java.util.List;
import java.util.Locale;

/// What a pattern means, written down without any cleverness: exponential, and obvious.
final class NaiveGlob {

  private NaiveGlob() {}

  /// Whether a pattern that is well formed matches a name, in any letter case.
  static boolean matches(String pattern, String name) {
    return matches(characters(pattern), characters(name));
  }

  private static List<String> characters(String text) {
    return text.toLowerCase(Locale.ROOT).codePoints().mapToObj(Character::toString).toList();
  }

  private static boolean matches(List<String> pattern, List<String> name) {
    if (pattern.isEmpty()) {
      return name.isEmpty();
    }
    String first = pattern.getFirst();
    if (first.equals("*")) {
      List<String> rest = pattern.subList(1, pattern.size());
      for (int taken = 0; taken <= name.size(); taken++) {
        if (matches(rest, name.subList(taken, name.size()))) {
          return true;
        }
      }
      return false;
    }
    if (name.isEmpty()) {
      return false;
    }
    List<String> rest = name.subList(1, name.size());
    if (first.equals("[")) {
      boolean negated = pattern.get(1).equals("!");
      int from = negated ? 2 : 1;
      int to = from + 1;
      while (!pattern.get(to).equals("]")) {
        to++;
      }
      return isMember(pattern.subList(from, to), name.getFirst()) != negated
          && matches(pattern.subList(to + 1, pattern.size()), rest);
    }
    return (first.equals("?") || first.equals(name.getFirst()))
        && matches(pattern.subList(1, pattern.size()), rest);
  }

  private static boolean isMember(List<String> set, String character) {
    if (set.isEmpty()) {
      return false;
    }
    if (set.size() >= 3 && set.get(1).equals("-")) {
      int c = character.codePointAt(0);
      return (set.get(0).codePointAt(0) <= c && c <= set.get(2).codePointAt(0))
          || isMember(set.subList(3, set.size()), character);
    }
    return set.getFirst().equals(character) || isMember(set.subList(1, set.size()), character);
  }
}
