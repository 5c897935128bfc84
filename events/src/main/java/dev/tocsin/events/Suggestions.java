package dev.tocsin.events;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The name that somebody may have meant.
///
/// A look-up costs little, whatever the word: one longer than any event type's name has no suggestion,
/// a candidate whose length or letters are too different is passed over at once, at most
/// [#MAX_COMPARED] of the others are compared, and only along the diagonal where three edits can lead.
/// Whoever answers many mistakes in one turn limits their number with a [Budget] besides.
///
/// Immutable and safe for any thread.
public final class Suggestions {

  /// How many candidates are compared with a word, letter by letter.
  static final int MAX_COMPARED = 256;

  /// The greatest number of edits between a word and its suggestion.
  private static final int MAX_DISTANCE = 3;

  private static final int MAX_LENGTH = EventType.MAX_NAME_LENGTH + MAX_DISTANCE;

  private final List<Candidate> candidates;

  /// @param letters one bit for each character that occurs, characters 64 apart sharing theirs
  private record Candidate(String name, long letters) {}

  /// How many suggestions may still be looked up in one turn. Owned by its caller.
  public static final class Budget {

    /// How many suggestions one turn has: as many as a person reads.
    public static final int PER_TURN = 16;

    private int left = PER_TURN;

    /// Takes one look-up; `false` when there is none left.
    public boolean take() {
      return left > 0 && left-- > 0;
    }
  }

  private Suggestions(List<Candidate> candidates) {
    this.candidates = candidates;
  }

  /// Prepares the names that can be suggested.
  public static Suggestions of(Collection<String> names) {
    return new Suggestions(
        names.stream()
            .filter(name -> name.length() <= EventType.MAX_NAME_LENGTH)
            .map(name -> new Candidate(name, letters(name)))
            .toList());
  }

  /// The candidate nearest to `word`, see [#nearest(String)]. For a single question.
  public static Optional<String> nearest(String word, Collection<String> candidates) {
    return of(candidates).nearest(word);
  }

  /// The name nearest to `word` by edit distance (a swap of neighbours counts once); of several the one
  /// with which it has the longest beginning in common, and of several of these the first. Empty when none
  /// is near: three edits, and no more than a third of the word.
  public Optional<String> nearest(String word) {
    if (word.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    String lowerCased = Ascii.lowerCase(word);
    long letters = letters(lowerCased);
    int most = Math.min(MAX_DISTANCE, word.length() / 3);
    int compared = 0;
    int beginning = -1;
    @Nullable String nearest = null;
    for (Candidate candidate : candidates) {
      if (compared == MAX_COMPARED) {
        break;
      }
      if (Math.abs(candidate.name.length() - lowerCased.length()) <= most
          && Long.bitCount(candidate.letters ^ letters) <= 2 * most) {
        compared++;
        int distance = distance(lowerCased, candidate.name, most);
        int common = distance > most ? -1 : beginning(lowerCased, candidate.name);
        if (distance < most || common > beginning) {
          most = Math.min(most, distance);
          beginning = common;
          nearest = candidate.name;
        }
      }
    }
    return Optional.ofNullable(nearest);
  }

  /// How many characters two texts begin with in common.
  private static int beginning(String a, String b) {
    int common = 0;
    while (common < Math.min(a.length(), b.length()) && a.charAt(common) == b.charAt(common)) {
      common++;
    }
    return common;
  }

  private static long letters(String text) {
    long letters = 0;
    for (int i = 0; i < text.length(); i++) {
      letters |= 1L << text.charAt(i);
    }
    return letters;
  }

  /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), as far as
  /// they are no more than `most`; else any greater number.
  ///
  /// Only cells at most `most` away from the diagonal are filled; those beside them count as too far.
  private static int distance(String a, String b, int most) {
    int far = most + 1;
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    Arrays.fill(last, far);
    for (int j = 0; j <= Math.min(most, b.length()); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      Arrays.fill(row, far);
      row[0] = Math.min(i, far);
      int least = row[0];
      for (int j = Math.max(1, i - most); j <= Math.min(b.length(), i + most); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int edits = Math.min(last[j - 1] + (same ? 0 : 1), Math.min(last[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          edits = Math.min(edits, beforeLast[j - 2] + 1);
        }
        row[j] = Math.min(edits, far);
        least = Math.min(least, row[j]);
      }
      if (least == far) {
        return far;
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return last[b.length()];
  }
}
