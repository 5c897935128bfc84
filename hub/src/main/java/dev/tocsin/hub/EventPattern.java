package dev.tocsin.hub;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A shell-style pattern for event types, compiled once.
///
/// `*` stands for any run of characters (dots included), `?` for one, `[abc]` and `[a-z]` for one of
/// a set, `[!a]` for one outside it; everything else for itself, in any letter case. A `]` right
/// after the opening is a member of the set, and an empty range such as `[z-a]` has no members:
/// as in Python's `fnmatch`.
///
/// Matching walks the name with one place to come back to, the last `*`: no recursion, no regular
/// expression, no memory. A name shorter than the pattern's least match is refused at once, so that
/// the worst pattern costs the square of the name's length, and the set of a `[…]` is one bit.
/// Immutable; equal when the normalised texts are equal.
public final class EventPattern {

  /// The longest pattern, in characters.
  public static final int MAX_LENGTH = 256;

  private static final int STAR = -1;
  private static final int ANY = -2;
  private static final int FIRST_SET = -3;
  private static final int ASCII = 128;

  /// What a pattern and a set take besides what they contain.
  private static final int HELD_BYTES = 256;

  private static final int SET_BYTES = 128;

  private final String text;

  /// A literal code point, [#STAR], [#ANY], or [#FIRST_SET] minus the place in [#sets].
  private final int[] elements;

  private final CharacterSet[] sets;
  private final int minLength;

  private EventPattern(String text, int[] elements, CharacterSet[] sets) {
    this.text = text;
    this.elements = elements;
    this.sets = sets;
    this.minLength = (int) Arrays.stream(elements).filter(e -> e != STAR).count();
  }

  /// What came of texts that were to become patterns.
  public sealed interface Compilation {

    /// All of them are patterns.
    ///
    /// @param patterns in the order given, a repeated one once
    record Compiled(List<EventPattern> patterns) implements Compilation {
      public Compiled {
        patterns = List.copyOf(patterns);
      }
    }

    /// One of them is not.
    record Refused(Rejection rejection) implements Compilation {}
  }

  /// Compiles texts from outside; the first bad one is told.
  public static Compilation compile(List<String> texts) {
    Map<String, EventPattern> patterns = new LinkedHashMap<>();
    for (String text : texts) {
      String fault = faultOf(text);
      if (fault != null) {
        return new Compilation.Refused(new Rejection(ErrorCode.INVALID_PATTERN, fault));
      }
      EventPattern pattern = compileSound(text);
      patterns.putIfAbsent(pattern.text, pattern);
    }
    return new Compilation.Compiled(List.copyOf(patterns.values()));
  }

  /// Compiles a text that the program itself wrote.
  ///
  /// @throws IllegalArgumentException when it is empty, too long or has an unclosed `[`
  public static EventPattern of(String text) {
    String fault = faultOf(text);
    if (fault != null) {
      throw new IllegalArgumentException(fault);
    }
    return compileSound(text);
  }

  private static @Nullable String faultOf(String text) {
    if (text.isEmpty()) {
      return "A pattern is empty";
    }
    if (text.codePointCount(0, text.length()) > MAX_LENGTH) {
      return "A pattern is longer than " + MAX_LENGTH + " characters";
    }
    for (int i = text.indexOf('['); i >= 0; i = text.indexOf('[', i)) {
      int close = closeOfSet(text, i);
      if (close < 0) {
        return "The pattern \"" + text + "\" has an unclosed [";
      }
      i = close + 1;
    }
    return null;
  }

  /// Where the set that begins at `open` is closed, or -1.
  private static int closeOfSet(String text, int open) {
    int i = open + 1;
    if (i < text.length() && text.charAt(i) == '!') {
      i++;
    }
    return text.indexOf(']', i + 1);
  }

  private static EventPattern compileSound(String given) {
    String text = lowerCased(given);
    int[] elements = new int[text.length()];
    int count = 0;
    List<CharacterSet> sets = new ArrayList<>(0);
    int i = 0;
    while (i < text.length()) {
      int c = text.codePointAt(i);
      switch (c) {
        case '*' -> {
          if (count == 0 || elements[count - 1] != STAR) {
            elements[count++] = STAR;
          }
        }
        case '?' -> elements[count++] = ANY;
        case '[' -> {
          int close = closeOfSet(text, i);
          elements[count++] = FIRST_SET - sets.size();
          sets.add(CharacterSet.of(text.substring(i + 1, close)));
          i = close;
        }
        default -> elements[count++] = c;
      }
      i += Character.charCount(c);
    }
    return new EventPattern(
        text, Arrays.copyOf(elements, count), sets.toArray(CharacterSet[]::new));
  }

  /// The text in lower case, character by character, so that its length in characters stays.
  static String lowerCased(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c) || Character.toLowerCase(c) != c) {
        return text.codePoints()
            .map(Character::toLowerCase)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
      }
    }
    return text;
  }

  /// Whether the pattern matches an event type's name, in any letter case.
  public boolean matches(String name) {
    return matchesLowerCased(lowerCased(name));
  }

  /// Whether it matches a name that is in lower case, as all names of a catalog are.
  boolean matchesLowerCased(CharSequence name) {
    int length = name.length();
    if (length < minLength) {
      return false;
    }
    int element = 0;
    int at = 0;
    int starElement = -1;
    int starAt = 0;
    while (at < length) {
      if (element < elements.length && elements[element] == STAR) {
        if (element == elements.length - 1) {
          return true;
        }
        starElement = element++;
        starAt = at;
        continue;
      }
      int c = Character.codePointAt(name, at);
      if (element < elements.length && matchesOne(elements[element], c)) {
        element++;
        at += Character.charCount(c);
      } else if (starElement >= 0) {
        element = starElement + 1;
        starAt += Character.charCount(Character.codePointAt(name, starAt));
        at = starAt;
      } else {
        return false;
      }
    }
    return element == elements.length
        || (element == elements.length - 1 && elements[element] == STAR);
  }

  private boolean matchesOne(int element, int c) {
    if (element <= FIRST_SET) {
      return sets[FIRST_SET - element].contains(c);
    }
    return element == ANY || element == c;
  }

  /// About how much memory it takes with a connection that holds it, in bytes.
  int heapBytes() {
    int inSets = 0;
    for (CharacterSet set : sets) {
      inSets += SET_BYTES + Integer.BYTES * set.ranges.length;
    }
    return HELD_BYTES + Character.BYTES * text.length() + Integer.BYTES * elements.length + inSets;
  }

  /// The normalised text: lower case, otherwise as it was given.
  public String text() {
    return text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EventPattern pattern && pattern.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  /// The inside of `[…]`: one bit for each ASCII character, ranges for the others.
  private static final class CharacterSet {

    private final boolean negated;
    private final BitSet ascii = new BitSet(ASCII);

    /// Pairs of first and last characters.
    private final int[] ranges;

    private CharacterSet(boolean negated, int[] ranges) {
      this.negated = negated;
      this.ranges = ranges;
      for (int i = 0; i < ranges.length; i += 2) {
        if (ranges[i] <= ranges[i + 1]) {
          ascii.set(Math.min(ranges[i], ASCII), Math.min(ranges[i + 1] + 1, ASCII));
        }
      }
    }

    static CharacterSet of(String inside) {
      boolean negated = inside.startsWith("!");
      int[] members = inside.codePoints().skip(negated ? 1 : 0).toArray();
      IntStream.Builder ranges = IntStream.builder();
      int i = 0;
      while (i < members.length) {
        boolean range = i + 2 < members.length && members[i + 1] == '-';
        ranges.add(members[i]).add(range ? members[i + 2] : members[i]);
        i += range ? 3 : 1;
      }
      return new CharacterSet(negated, ranges.build().toArray());
    }

    boolean contains(int c) {
      return (c < ASCII ? ascii.get(c) : isInRange(c)) != negated;
    }

    private boolean isInRange(int c) {
      for (int i = 0; i < ranges.length; i += 2) {
        if (c >= ranges[i] && c <= ranges[i + 1]) {
          return true;
        }
      }
      return false;
    }
  }
}
