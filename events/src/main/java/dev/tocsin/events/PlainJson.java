package dev.tocsin.events;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A cursor over the bytes of one JSON text as producers usually write it, for telling in one pass that
/// an event is valid as it stands.
///
/// Each question answers "yes, and the cursor is after it", or "not known": then [EventEncoder] starts
/// again with Jackson, which alone refuses and words the faults. So this knows only what is frequent and
/// easy to be sure of; not known are, among others, names with escapes, escaped code units, numbers with an exponent
/// where their value matters, nesting beyond [#MAX_DEPTH] and objects of more than [#MAX_NAMES] names
/// that no record has. Whatever it says yes to, Jackson's way takes too, with the same bytes; a property
/// test and a fuzz target hold the two against each other, `PublishBenchmark` shows what it saves.
///
/// Owned by its caller; allocates nothing but itself and the names it has to remember.
final class PlainJson implements CharSequence {

  /// Half of what [StrictJson] takes, so that nobody has to count in the same way.
  static final int MAX_DEPTH = 32;

  /// Names of one object, which are compared each with each.
  static final int MAX_NAMES = 32;

  /// The greatest bound, in either direction, that a number can be compared with here.
  static final long MAX_BOUND = 1_000;

  /// Ten to this fits into a `long`, also when it is multiplied with [#MAX_BOUND].
  private static final int MAX_DIGITS = 15;

  private final byte[] json;
  private final int end;
  private int at;
  private int depth;

  // The text or name that was read last, without its quotes.
  private int textStart;
  private int textEnd;

  // Whether it is written in ASCII without escapes.
  private boolean simple;

  // Begin and end of the names to remember, those of the innermost object last.
  private int[] names = new int[16];
  private int nameCount;

  // The number that was read last: its digits as one integer, and how many stand after the point.
  private long digits;
  private int digitCount;
  private int fraction;
  private boolean exponent;

  // The value that says what the event is about, see Key; 0 where none was noted.
  private int keyStart;
  private int keyEnd;

  PlainJson(byte[] json, int offset, int length) {
    this.json = json;
    this.at = offset;
    this.end = offset + length;
  }

  /// Where the cursor is in the array.
  int position() {
    return at;
  }

  /// The next byte that is no white space, where the cursor stays; 0 at the end.
  int peek() {
    while (at < end) {
      byte b = json[at];
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        return b;
      }
      at++;
    }
    return 0;
  }

  /// Whether this byte, which is no white space, comes next.
  boolean take(char expected) {
    if (peek() == expected) {
      at++;
      return true;
    }
    return false;
  }

  /// Whether there is nothing more.
  boolean isAtEnd() {
    return peek() == 0 && at == end;
  }

  /// Whether an object or array begins, not too deep.
  boolean enter(char bracket) {
    return take(bracket) && ++depth <= MAX_DEPTH;
  }

  /// Whether the object or array ends here.
  boolean leave(char bracket) {
    if (take(bracket)) {
      depth--;
      return true;
    }
    return false;
  }

  /// Whether a name without escapes and its colon come next.
  boolean name() {
    return text() && simple && take(':');
  }

  /// Whether the name or text that was read last is this one.
  boolean isText(byte[] ascii) {
    return Arrays.equals(json, textStart, textEnd, ascii, 0, ascii.length);
  }

  /// Whether the text that was read last is ASCII without escapes: then it can be looked at as a
  /// [CharSequence].
  boolean isSimple() {
    return simple;
  }

  /// The text that was read last, which is simple.
  String simpleText() {
    return new String(json, textStart, textEnd - textStart, StandardCharsets.ISO_8859_1);
  }

  @Override
  public int length() {
    return textEnd - textStart;
  }

  @Override
  public char charAt(int index) {
    return (char) json[textStart + index];
  }

  @Override
  public CharSequence subSequence(int from, int to) {
    return simpleText().subSequence(from, to);
  }

  @Override
  public String toString() {
    return simpleText();
  }

  /// Remembers that the value from here to the cursor says what the event is about.
  void noteKey(int start) {
    keyStart = start;
    keyEnd = at;
  }

  /// Where that value begins in the array; 0 when there is none.
  int keyStart() {
    return keyStart;
  }

  /// Where it ends.
  int keyEnd() {
    return keyEnd;
  }

  /// Where the names of a new object begin; to be given back to [#forget].
  int names() {
    return nameCount;
  }

  /// Whether the name that was read last is new in the object whose names begin at `first`.
  boolean isNewName(int first) {
    if (nameCount - first >= 2 * MAX_NAMES) {
      return false;
    }
    for (int i = first; i < nameCount; i += 2) {
      if (Arrays.equals(json, names[i], names[i + 1], json, textStart, textEnd)) {
        return false;
      }
    }
    if (nameCount == names.length) {
      names = Arrays.copyOf(names, nameCount * 2);
    }
    names[nameCount++] = textStart;
    names[nameCount++] = textEnd;
    return true;
  }

  /// The object whose names begin at `first` has ended.
  void forget(int first) {
    nameCount = first;
  }

  /// Whether any text comes next.
  boolean text() {
    if (!take('"')) {
      return false;
    }
    textStart = at;
    simple = true;
    while (at < end) {
      int b = json[at];
      if (b == '"') {
        textEnd = at++;
        return true;
      }
      if (b >= ' ' && b != '\\') {
        at++;
      } else {
        simple = false;
        if (!unusual(b)) {
          return false;
        }
      }
    }
    return false;
  }

  private boolean unusual(int b) {
    if (b < 0) {
      at = JsonText.skipMultiByte(json, at, end);
      return at >= 0;
    }
    boolean escape = b == '\\' && at + 1 < end && isShortEscape(json[at + 1]);
    at += 2;
    return escape;
  }

  private static boolean isShortEscape(byte b) {
    return switch (b) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> true;
      default -> false;
    };
  }

  /// Whether any number comes next.
  boolean number() {
    int b = peek();
    boolean negative = b == '-';
    if (negative) {
      at++;
    }
    digits = 0;
    digitCount = 0;
    fraction = 0;
    exponent = false;
    int first = at;
    if (!digits() || (json[first] == '0' && at - first > 1)) {
      return false;
    }
    if (at < end && json[at] == '.') {
      int point = ++at;
      if (!digits()) {
        return false;
      }
      fraction = at - point;
    }
    if (at < end && (json[at] | 0x20) == 'e') {
      at++;
      exponent = true;
      if (at < end && (json[at] == '+' || json[at] == '-')) {
        at++;
      }
      if (!digits()) {
        return false;
      }
    }
    digits = negative ? -digits : digits;
    return true;
  }

  private boolean digits() {
    int first = at;
    while (at < end && json[at] >= '0' && json[at] <= '9') {
      digits = digits * 10 + (json[at++] - '0'); // of no use beyond MAX_DIGITS
    }
    digitCount += at - first;
    return at > first;
  }

  /// Whether the number that was read last has neither point nor exponent.
  boolean isWhole() {
    return fraction == 0 && !exponent;
  }

  /// Whether the number that was read last surely is no less than a bound of at most [#MAX_BOUND].
  boolean isAtLeast(long minimum) {
    return isComparable() && digits >= minimum * scale();
  }

  /// Whether the number that was read last surely is no greater than a bound of at most [#MAX_BOUND].
  boolean isAtMost(long maximum) {
    return isComparable() && digits <= maximum * scale();
  }

  private boolean isComparable() {
    return !exponent && digitCount <= MAX_DIGITS;
  }

  private long scale() {
    long scale = 1;
    for (int i = 0; i < fraction; i++) {
      scale *= 10;
    }
    return scale;
  }

  /// Whether this word comes next.
  boolean word(String word) {
    peek();
    if (end - at < word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (json[at + i] != word.charAt(i)) {
        return false;
      }
    }
    at += word.length();
    return true;
  }

  /// Whether any value comes next.
  boolean value() {
    return switch (peek()) {
      case '"' -> text();
      case '{' -> object();
      case '[' -> array();
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> number();
    };
  }

  /// Whether any object comes next.
  boolean object() {
    if (!enter('{')) {
      return false;
    }
    if (leave('}')) {
      return true;
    }
    int first = names();
    do {
      if (!name() || !isNewName(first) || !value()) {
        return false;
      }
    } while (take(','));
    forget(first);
    return leave('}');
  }

  private boolean array() {
    if (!enter('[')) {
      return false;
    }
    if (leave(']')) {
      return true;
    }
    do {
      if (!value()) {
        return false;
      }
    } while (take(','));
    return leave(']');
  }
}
