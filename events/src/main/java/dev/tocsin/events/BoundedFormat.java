package dev.tocsin.events;

import com.networknt.schema.ExecutionContext;
import com.networknt.schema.MessageSourceError;
import com.networknt.schema.SchemaContext;
import com.networknt.schema.format.Format;
import com.networknt.schema.format.Formats;
import com.networknt.schema.keyword.FormatValidator;
import com.networknt.schema.path.NodePath;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// A `format` of the validator's, checked within bounds: some of the validator's own checks are
/// backtracking regular expressions, for which a text of many thousand characters is too much.
///
/// @param format the validator's own
record BoundedFormat(Format format) implements Format {

  /// The longest text that has a format, in UTF-16 units, but for those of [#UNBOUNDED].
  static final int MAX_LENGTH = 1_024;

  /// Formats that may be longer, and are checked in linear time.
  private static final Set<String> UNBOUNDED =
      Set.of("uri", "uri-reference", "iri", "iri-reference");

  private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  private static final String POINTER = "(?:/(?:[^/~]|~[01])*)*";
  private static final String VARIABLE_CHARACTER = "(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})";
  private static final String VARIABLE =
      VARIABLE_CHARACTER + "(?:\\.?" + VARIABLE_CHARACTER + ")*(?:\\*|:[1-9][0-9]{0,3})?";

  /// Formats whose check by the validator needs a stack as deep as the text is long: RFC 1123,
  /// 6901, and 6570.
  private static final Map<String, String> LINEAR =
      Map.of(
          "hostname",
          "^" + name(LABEL) + "$",
          "json-pointer",
          "^" + POINTER + "$",
          "relative-json-pointer",
          "^(?:0|[1-9][0-9]*)(?:#|" + POINTER + ")$",
          "uri-template",
          "^(?:[^\\x00-\\x20\\x7f\"'%<>\\\\^`{|}]|%[0-9A-Fa-f]{2}|\\{[+#./;?&=,!@|]?"
              + VARIABLE
              + "(?:,"
              + VARIABLE
              + ")*\\})*$");

  /// A format that is checked by a linear pattern.
  private record Linear(String getName, LinearPattern pattern) implements Format {

    @Override
    public boolean matches(ExecutionContext execution, String text) {
      return pattern.matches(text);
    }
  }

  /// `email` and `idn-email`: the validator takes only domains under the top-level domains that it has a list of,
  /// and hubs live in networks with names such as `hub.lan`. The rest is its own: addresses in brackets.
  ///
  /// @param pattern a mailbox whose domain is a name: RFC 5321, 4.1.2, and for letters beyond ASCII RFC 6531
  private record Mailbox(Format own, LinearPattern pattern) implements Format {

    /// RFC 5321, 4.5.3.1.
    private static final int MAX_LOCAL_LENGTH = 64;

    private static final int MAX_DOMAIN_LENGTH = 255;

    /// @param letters those that it may have besides ASCII's, as they stand in brackets of a pattern
    static Mailbox of(Format own, String letters) {
      String atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~" + letters + "-]+";
      String quoted = "\"(?:[ !#-\\[\\]-~" + letters + "]|\\\\[ -~])*\"";
      String label = LABEL.replace("A-Za-z0-9", "A-Za-z0-9" + letters);
      return new Mailbox(
          own,
          LinearPattern.compile(
              "^(?:" + atom + "(?:\\." + atom + ")*|" + quoted + ")@" + name(label) + "$"));
    }

    @Override
    public String getName() {
      return own.getName();
    }

    @Override
    public boolean matches(ExecutionContext execution, String text) {
      int at = text.lastIndexOf('@');
      boolean isShort = at <= MAX_LOCAL_LENGTH && text.length() - at - 1 <= MAX_DOMAIN_LENGTH;
      return (isShort && pattern.matches(text)) || own.matches(execution, text);
    }
  }

  /// `date-time` as everywhere else in Tocsin, leap seconds included.
  private record DateTime(String getName) implements Format {

    @Override
    public boolean matches(ExecutionContext execution, String text) {
      return IsoDateTime.isRfc3339(text);
    }
  }

  /// The validator's formats, within bounds.
  static List<Format> all() {
    return Formats.DEFAULT.stream().map(BoundedFormat::of).toList();
  }

  private static Format of(Format format) {
    String name = format.getName();
    if (UNBOUNDED.contains(name)) {
      return format;
    }
    return new BoundedFormat(
        switch (name) {
          case "date-time" -> new DateTime(name);
          case "email" -> Mailbox.of(format, "");
          case "idn-email" -> Mailbox.of(format, "\\x{80}-\\x{10ffff}");
          default ->
              LINEAR.containsKey(name)
                  ? new Linear(name, LinearPattern.compile(LINEAR.get(name)))
                  : format;
        });
  }

  private static String name(String label) {
    return label + "(?:\\." + label + ")*";
  }

  @Override
  public String getName() {
    return format.getName();
  }

  @Override
  public String getMessageKey() {
    return format.getMessageKey();
  }

  @Override
  public void validate(
      ExecutionContext execution,
      SchemaContext schema,
      JsonNode node,
      JsonNode root,
      NodePath place,
      boolean asserted,
      Supplier<MessageSourceError.Builder> error,
      FormatValidator validator) {
    if (!node.isString() || node.stringValue().length() <= MAX_LENGTH) {
      format.validate(execution, schema, node, root, place, asserted, error, validator);
    } else if (asserted) {
      execution.addError(error.get().arguments(getName()).build());
    }
  }
}
