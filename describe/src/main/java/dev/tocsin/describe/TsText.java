package dev.tocsin.describe;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Texts of others as TypeScript's literals, names and comments. Nothing that they hold ends a comment, begins a directive, or
/// changes how what follows is displayed: control characters, and those that turn the direction of writing, are escaped.
final class TsText {

  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");
  private static final Pattern LINE_END = Pattern.compile("\r\n|[\n\r\u2028\u2029\u0085\u000B\f]");

  /// The one tag that a comment may have.
  static final String DEPRECATED = "@deprecated";

  private TsText() {}

  /// A text as a literal, in double quotes.
  static String literal(String text) {
    StringBuilder literal = new StringBuilder("\"");
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '"' -> literal.append("\\\"");
            case '\\' -> literal.append("\\\\");
            default -> append(c, literal);
          }
        });
    return literal.append('"').toString();
  }

  /// A number as a literal, or as `number` where JavaScript has none like it.
  static String literal(BigDecimal number) {
    double value = number.doubleValue();
    if (Double.isInfinite(value)) {
      return "number";
    }
    if (value == 0) {
      return "0"; // also what is too near to it, and what JavaScript knows as -0
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  /// The name of a property: as it is where it can stand so, else a literal.
  static String property(String name) {
    return IDENTIFIER.matcher(name).matches() ? name : literal(name);
  }

  /// A comment before a declaration: on one line where it has but one, followed by a line's end; nothing without any text.
  static String comment(String text, String indent) {
    String[] lines = LINE_END.split(text.strip(), -1);
    if (lines.length == 1) {
      return lines[0].isEmpty() ? "" : indent + "/** " + line(lines[0]) + " */\n";
    }
    StringBuilder comment = new StringBuilder(indent + "/**\n");
    for (String line : lines) {
      String shown = line(line);
      comment.append(indent).append(shown.isEmpty() ? " *" : " * " + shown).append('\n');
    }
    return comment.append(indent).append(" */\n").toString();
  }

  /// A line of a comment. A `@` at its beginning would be a tag, or a directive to the compiler.
  private static String line(String text) {
    StringBuilder line = new StringBuilder();
    String stripped = text.strip();
    if (stripped.equals(DEPRECATED)) {
      return stripped;
    }
    if (stripped.startsWith("@") || stripped.startsWith("/") || stripped.startsWith("*")) {
      line.append('\\');
    }
    stripped.replace("*/", "*\\/").codePoints().forEach(c -> append(c, line));
    return line.toString();
  }

  private static void append(int c, StringBuilder text) {
    int type = Character.getType(c);
    boolean shown =
        switch (type) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.PRIVATE_USE,
              Character.UNASSIGNED ->
              false;
          default -> true;
        };
    if (shown) {
      text.appendCodePoint(c);
    } else {
      for (char unit : Character.toChars(c)) {
        text.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
      }
    }
  }

  /// A JSON value as a type that has it alone, or as good as alone.
  static Ts only(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL -> Ts.NULL;
      case BOOLEAN -> Ts.one(String.valueOf(value.booleanValue()));
      case NUMBER -> Ts.one(literal(value.decimalValue()));
      case STRING -> Ts.one(literal(value.stringValue()));
      case ARRAY ->
          Ts.one(
              value
                  .valueStream()
                  .map(item -> only(item).text())
                  .collect(Collectors.joining(", ", "[", "]")));
      case OBJECT ->
          value.isEmpty()
              ? Ts.ANY_OBJECT
              : Ts.object(
                  value.properties().stream()
                      .map(member ->
                          property(member.getKey()) + ": " + only(member.getValue()).text())
                      .collect(Collectors.joining("; ", "{ ", " }")));
      case BINARY, MISSING, POJO -> Ts.UNKNOWN;
    };
  }
}
