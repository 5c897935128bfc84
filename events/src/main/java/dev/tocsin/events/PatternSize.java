package dev.tocsin.events;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Estimates how large a regular expression becomes when it is compiled, without compiling it:
/// `((a{1000}){1000}){1000}` is short, and a program of a thousand million steps.
///
/// The estimate is never far below the truth for patterns that compile; what it says of others does
/// not matter.
final class PatternSize {

  private static final Pattern REPETITION = Pattern.compile("\\{([0-9]{1,4})(,([0-9]{1,4})?)?\\}");

  private final String regex;
  private final Deque<Long> outer = new ArrayDeque<>();
  private int at;
  private long before;
  private long atom;

  private PatternSize(String regex) {
    this.regex = regex;
  }

  /// The number of steps, [Long#MAX_VALUE] when it is beyond counting.
  static long estimate(String regex) {
    PatternSize size = new PatternSize(regex);
    while (size.at < regex.length()) {
      size.step();
    }
    while (!size.outer.isEmpty()) {
      size.close();
    }
    return add(size.before, size.atom);
  }

  private void step() {
    char c = regex.charAt(at++);
    switch (c) {
      case '(' -> {
        outer.push(add(before, atom));
        before = 0;
        atom = 0;
      }
      case ')' -> close();
      case '[' -> {
        skipClass();
        next();
      }
      case '\\' -> {
        skipEscape();
        next();
      }
      case '*', '+', '?', '|' -> atom = add(atom, 1);
      case '{' -> repeat();
      default -> next();
    }
  }

  /// One more atom, of one step.
  private void next() {
    before = add(before, atom);
    atom = 1;
  }

  private void close() {
    long inside = add(add(before, atom), 2);
    before = outer.isEmpty() ? 0 : outer.pop();
    atom = inside;
  }

  private void repeat() {
    Matcher repetition = REPETITION.matcher(regex).region(at - 1, regex.length());
    if (!repetition.lookingAt()) {
      next();
      return;
    }
    at = repetition.end();
    String most = repetition.group(3) == null ? repetition.group(1) : repetition.group(3);
    atom = multiply(add(atom, 1), Integer.parseInt(most) + 1);
  }

  private void skipEscape() {
    if (at < regex.length()) {
      char c = regex.charAt(at++);
      boolean braced = (c == 'p' || c == 'P' || c == 'x') && regex.startsWith("{", at);
      int end = braced ? regex.indexOf('}', at) : -1;
      at = end < 0 ? at : end + 1;
    }
  }

  private void skipClass() {
    at += regex.startsWith("^", at) ? 1 : 0;
    at += regex.startsWith("]", at) ? 1 : 0;
    while (at < regex.length() && regex.charAt(at) != ']') {
      int named = regex.startsWith("[:", at) ? regex.indexOf(":]", at) : -1;
      if (named >= 0) {
        at = named + 2;
      } else {
        at += regex.charAt(at) == '\\' ? 2 : 1;
      }
    }
    at++;
  }

  private static long add(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private static long multiply(long a, long b) {
    return Math.multiplyHigh(a, b) != 0 || a * b < 0 ? Long.MAX_VALUE : a * b;
  }
}
