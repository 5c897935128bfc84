package dev.tocsin.events;

import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/// What is wrong with a JSON text, in our own words.
///
/// The parser says it for programmers, with the features that would have allowed it. None of its words
/// are passed on: its message only tells which of our sentences it is, and one that is unknown here
/// becomes a sentence that is always true.
final class SyntaxErrors {

  private static final String TOO_EARLY = "It ends too early";
  private static final String ANYTHING_ELSE = "This is not how JSON goes on";

  /// A kind of message, recognised by its beginning, and our sentence for it.
  ///
  /// @param discreet the same without any word of the text
  private record Kind(
      Pattern message,
      Function<MatchResult, String> sentence,
      Function<MatchResult, String> discreet) {

    /// One whose sentence repeats no more than a character of the text.
    static Kind of(String message, Function<MatchResult, String> sentence) {
      return new Kind(Pattern.compile(message, Pattern.DOTALL), sentence, sentence);
    }

    /// One whose sentence repeats a word of the text.
    ///
    /// @param discreet the sentence without it
    static Kind quoting(String message, Function<MatchResult, String> sentence, String discreet) {
      return new Kind(Pattern.compile(message, Pattern.DOTALL), sentence, found -> discreet);
    }
  }

  /// One that is printed stands in the group, a control character does not.
  private static final String CHARACTER =
      "Unexpected character \\((?:(.*) \\(code \\d+[^)]*\\)|\\(CTRL-CHAR, code \\d+\\))\\)";

  private static final List<Kind> KINDS =
      List.of(
          Kind.of("There .*", MatchResult::group), // StrictJson's own
          Kind.quoting(
              "Duplicate Object property \"(.*)\"",
              found -> "The name " + PayloadCheck.quoted(found.group(1)) + " is there twice",
              "A name is there twice"),
          Kind.of(
              "Unexpected close marker '(.)': expected '(.)'.*",
              found ->
                  "There is '" + found.group(1) + "' where '" + found.group(2) + "' is expected"),
          Kind.of(
              "Unexpected close marker '(.)': no open.*",
              found -> "There is '" + found.group(1) + "' where nothing is open"),
          expected("was expecting a colon", "a colon"),
          expected("was expecting comma to separate Array", "a comma or ']'"),
          expected("was expecting comma to separate Object", "a comma or '}'"),
          expected("was expecting double-quote to start property name", "a name in double quotes"),
          expected("expected a hex-digit", "a hexadecimal digit"),
          expected("Expected space separating", "the end of the value"),
          expected("JSON spec does not allow numbers to have plus", "a value"),
          expected("(?:Decimal point|Exponent indicator) not followed|expected digit", "a digit"),
          expected("(?:expected a|maybe a \\()", "a value"),
          Kind.of(CHARACTER + ".*", found -> "There is " + character(found) + " out of place"),
          Kind.of("Unexpected end-of-input.*", found -> TOO_EARLY),
          Kind.quoting(
              "(?:Unrecognized|Non-standard) token '(.*?)'.*",
              found -> "There is no JSON value '" + PayloadCheck.shortened(found.group(1)) + "'",
              "There is a word that is no JSON value"),
          Kind.of(
              "Unrecognized character escape '(.)'.*",
              found -> "There is no escape \\" + found.group(1)),
          Kind.of(
              "Unrecognized character escape.*", found -> "A backslash escapes no such character"),
          Kind.of("Illegal unquoted character.*", found -> "A control character has to be escaped"),
          Kind.of(
              "Illegal character.*", found -> "There is a control character between the values"),
          Kind.of(
              "Invalid numeric value: Leading zeroes.*", found -> "A number has no leading zeros"));

  private SyntaxErrors() {}

  private static Kind expected(String message, String what) {
    return Kind.of(
        CHARACTER + "(?: in numeric value)?: (?:" + message + ").*", found -> thereIs(found, what));
  }

  private static String thereIs(MatchResult found, String expected) {
    return "There is " + character(found) + " where " + expected + " is expected";
  }

  /// The parser quotes most characters, and names others.
  private static String character(MatchResult found) {
    String character = found.group(1);
    if (character == null) {
      return "a control character";
    }
    return character.startsWith("'") ? character : "'" + character + "'";
  }

  /// The sentence, without a full stop and without the place.
  static String sentence(JacksonException e) {
    return sentence(e, Kind::sentence);
  }

  /// The same for a text that may hold a secret: it repeats no word of it.
  static String discreet(JacksonException e) {
    return sentence(e, Kind::discreet);
  }

  private static String sentence(
      JacksonException e, Function<Kind, Function<MatchResult, String>> wording) {
    if (e instanceof UnexpectedEndOfInputException) {
      return TOO_EARLY;
    }
    String message = e.getOriginalMessage();
    for (Kind kind : KINDS) {
      Matcher matcher = kind.message.matcher(message);
      if (matcher.matches()) {
        return wording.apply(kind).apply(matcher);
      }
    }
    return ANYTHING_ELSE;
  }
}
