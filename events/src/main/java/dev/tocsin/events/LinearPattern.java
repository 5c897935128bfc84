package dev.tocsin.events;

import com.google.re2j.Pattern;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressions;

/// A regular expression of a JSON Schema, matched in time linear in the text (RE2), so that no
/// payload can make a pattern blow up.
///
/// RE2 has neither look-around nor back references; a pattern with one of them is refused when its
/// schema is loaded, and so is one that would become too large a program.
final class LinearPattern implements RegularExpression {

  /// The size of a compiled pattern, in RE2's steps, which is what each character can cost.
  static final int MAX_PROGRAM_SIZE = 1_000;

  /// What a pattern may look like having before it is compiled.
  private static final int MAX_ESTIMATE = 8 * MAX_PROGRAM_SIZE;

  private final Pattern pattern;

  private LinearPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /// @throws IllegalArgumentException with the reason for a person
  static LinearPattern compile(String regex) {
    if (PatternSize.estimate(regex) > MAX_ESTIMATE) {
      throw tooLarge(regex);
    }
    Pattern pattern;
    try {
      pattern = Pattern.compile(translated(regex));
    } catch (RuntimeException e) { // RE2/J throws more than its PatternSyntaxException
      throw new IllegalArgumentException(
          "the pattern "
              + PayloadCheck.quoted(regex)
              + " is not one that RE2 can match in linear time: "
              + e.getMessage(),
          e);
    }
    if (pattern.programSize() > MAX_PROGRAM_SIZE) {
      throw tooLarge(regex);
    }
    return new LinearPattern(pattern);
  }

  private static IllegalArgumentException tooLarge(String regex) {
    return new IllegalArgumentException(
        "the pattern " + PayloadCheck.quoted(regex) + " is too large: fewer repetitions, please");
  }

  @Override
  public boolean matches(String text) {
    return pattern.matcher(text).find();
  }

  /// What ECMAScript, the dialect of JSON Schema, writes otherwise than RE2: `\u00e9` for
  /// `\x{00e9}`, `\p{Letter}` for `\p{L}`.
  private static String translated(String regex) {
    StringBuilder out = new StringBuilder(regex.length());
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c != '\\' || i + 1 == regex.length()) {
        out.append(c);
      } else if (regex.charAt(i + 1) == 'u' && isHex4(regex, i + 2)) {
        out.append("\\x{").append(regex, i + 2, i + 6).append('}');
        i += 5;
      } else {
        out.append(c).append(regex.charAt(i + 1));
        i++;
      }
    }
    return RegularExpressions.replaceLongformCharacterProperties(out.toString());
  }

  private static boolean isHex4(String regex, int from) {
    if (from + 4 > regex.length()) {
      return false;
    }
    for (int i = from; i < from + 4; i++) {
      if (Character.digit(regex.charAt(i), 16) < 0) {
        return false;
      }
    }
    return true;
  }
}
