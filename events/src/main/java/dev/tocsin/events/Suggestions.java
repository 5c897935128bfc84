package dev.tocsin.events;

import java.util.Collection;
import java.util.Optional;

/// The name that somebody may have meant.
public final class Suggestions {

  /// The greatest number of edits between a word and its suggestion.
  private static final int MAX_DISTANCE = 3;

  private Suggestions() {}

  /// The candidate nearest to `word` by edit distance (a swap of neighbours counts once), the first
  /// of several; empty when none is near: three edits, and no more than a third of the word.
  public static Optional<String> nearest(String word, Collection<String> candidates) {
    String lowerCased = Ascii.lowerCase(word);
    String nearest = null;
    int least = Math.min(MAX_DISTANCE, word.length() / 3) + 1;
    for (String candidate : candidates) {
      if (Math.abs(candidate.length() - lowerCased.length()) < least) {
        int distance = distance(lowerCased, candidate);
        if (distance < least) {
          least = distance;
          nearest = candidate;
        }
      }
    }
    return Optional.ofNullable(nearest);
  }

  /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
  private static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        row[j] = Math.min(last[j - 1] + (same ? 0 : 1), Math.min(last[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return last[b.length()];
  }
}
