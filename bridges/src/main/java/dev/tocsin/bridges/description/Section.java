package dev.tocsin.bridges.description;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A value of a file with its place, read member by member; what is wrong goes into the [Faults] of the file, and reading goes
/// on.
///
/// @param json missing where there is nothing
/// @param pointer where it stands
public record Section(JsonNode json, String pointer, Faults faults) {

  /// A member; missing when there is none.
  public Section at(String name) {
    return new Section(json.path(name), pointer + '/' + escaped(name), faults);
  }

  /// A name as a JSON pointer has it (RFC 6901).
  public static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  /// A name that a JSON pointer has, as it is.
  public static String unescaped(String name) {
    return name.replace("~1", "/").replace("~0", "~");
  }

  /// Whether there is anything.
  public boolean isThere() {
    return !json.isMissingNode();
  }

  /// Tells what is wrong with it.
  public void fault(String message) {
    faults.add(pointer, message);
  }

  /// Tells that a word is none of those that there are.
  public void unknown(String message, String word, Set<String> known) {
    faults.addWord(pointer, message, word, known);
  }

  /// Whether it is an object; if not, that is told.
  public boolean isObject(String what) {
    if (!json.isObject()) {
      fault((isThere() ? "must be " : "is required: ") + what);
    }
    return json.isObject();
  }

  /// Tells of each member that is none of these.
  public void allow(String... names) {
    Set<String> known = Set.of(names);
    if (json.isObject()) {
      for (String name : json.propertyNames()) {
        if (!known.contains(name)) {
          at(name)
              .unknown(
                  "there is no member " + Faults.quoted(name),
                  name,
                  known.stream().sorted().collect(Collectors.toCollection(LinkedHashSet::new)));
        }
      }
    }
  }

  /// The text; `null` when it is none, which is told.
  public @Nullable String text(String what) {
    if (json.isString() && !json.stringValue().isEmpty()) {
      return json.stringValue();
    }
    fault((isThere() ? "must be " : "is required: ") + what);
    return null;
  }

  /// The text; `null` when there is nothing, or no text, which is told.
  public @Nullable String optionalText(String what) {
    return isThere() ? text(what) : null;
  }

  /// The whole number; another one where there is nothing, or none within the bounds, which is told.
  public long whole(long least, long most, long otherwise) {
    if (!isThere()) {
      return otherwise;
    }
    if (json.isIntegralNumber() && json.canConvertToLong()) {
      long number = json.longValue();
      if (number >= least && number <= most) {
        return number;
      }
    }
    fault("must be a whole number from " + least + " to " + most);
    return otherwise;
  }

  /// Whether it is `true`; something else where there is nothing, or neither `true` nor `false`, which is told.
  public boolean flag(boolean otherwise) {
    if (!isThere()) {
      return otherwise;
    }
    if (!json.isBoolean()) {
      fault("must be true or false");
      return otherwise;
    }
    return json.booleanValue();
  }

  /// The path of a file; `null` when it is none, which is told.
  public @Nullable Path path(String what) {
    String text = text(what);
    try {
      return text == null ? null : Path.of(text);
    } catch (InvalidPathException e) {
      fault("is no path of a file");
      return null;
    }
  }

  /// The path of a file; `null` when there is nothing, or no path, which is told.
  public @Nullable Path optionalPath(String what) {
    return isThere() ? path(what) : null;
  }

  /// The members of an object, in their order.
  public Map<String, Section> members() {
    Map<String, Section> members = new LinkedHashMap<>();
    for (String name : json.propertyNames()) {
      members.put(name, at(name));
    }
    return members;
  }

  /// The items of an array that has one at least; empty when it is none, which is told.
  ///
  /// @param most how many there may be
  public List<Section> items(String what, int most) {
    if (!json.isArray() || json.isEmpty()) {
      fault((isThere() ? "must be " : "is required: ") + what);
      return List.of();
    }
    if (json.size() > most) {
      fault("there may be " + most + " at most; there are " + json.size());
      return List.of();
    }
    List<Section> items = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      items.add(item(i));
    }
    return items;
  }

  /// An item of an array.
  ///
  /// @param number from 0
  public Section item(int number) {
    return new Section(json.get(number), pointer + '/' + number, faults);
  }
}
