package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// A place in a payload, as a file of bridges names it: `after.label`, or `after/label` as a JSON pointer. Of an array the
/// items are named 0, 1, 2 and so on. Immutable; equal ones name the same.
///
/// @param names empty for all of it
public record PayloadPath(List<String> names) {

  private static final Pattern STRAY_TILDE = Pattern.compile("~(?![01])");

  public PayloadPath {
    names = List.copyOf(names);
  }

  /// Reads one; `null` when it is none, which is told.
  ///
  /// @param text as it stands in the file, for people
  /// @param rest what follows the word that stands for the payload: empty, or with the separator in front
  public static @Nullable PayloadPath read(String text, String rest, Section place) {
    if (rest.isEmpty()) {
      return new PayloadPath(List.of());
    }
    List<String> names = List.of(rest.substring(1).split(rest.charAt(0) == '.' ? "\\." : "/", -1));
    if (rest.charAt(0) == '/') {
      if (STRAY_TILDE.matcher(rest).find()) {
        place.fault(
            Faults.quoted('{' + text + '}')
                + " has a ~ that is neither ~0 nor ~1; in a JSON pointer ~0 stands for ~ and ~1 for"
                + " /");
        return null;
      }
      return new PayloadPath(names.stream().map(Section::unescaped).toList());
    }
    if (names.contains("")) {
      place.fault(
          Faults.quoted('{' + text + '}')
              + " has an empty name in it; write payload/… for names with dots");
      return null;
    }
    return new PayloadPath(names);
  }

  /// The value at that place; missing where there is none.
  public JsonNode in(JsonNode payload) {
    JsonNode node = payload;
    for (String name : names) {
      node = node.isArray() ? item(node, name) : node.path(name);
    }
    return node;
  }

  private static JsonNode item(JsonNode array, String index) {
    Integer number = number(index);
    return number == null ? MissingNode.getInstance() : array.path(number);
  }

  /// The number that an item or a level is named by; `null` when it is none.
  static @Nullable Integer number(String text) {
    boolean isNumber =
        !text.isEmpty()
            && text.length() <= 6
            && text.chars().allMatch(c -> c >= '0' && c <= '9')
            && (text.length() == 1 || text.charAt(0) != '0');
    return isNumber ? Integer.parseInt(text) : null;
  }
}
