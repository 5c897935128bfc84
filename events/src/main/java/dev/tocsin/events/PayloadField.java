package dev.tocsin.events;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A field at the top level of a payload whose values can be compared with others.
///
/// @param names the values that there are, for [Kind#ENUM]; empty otherwise
public record PayloadField(String name, Kind kind, List<String> names) {

  /// What a field's values are.
  public enum Kind {
    /// Any string, also those in a format.
    TEXT,
    /// One of some strings, in any letter case.
    ENUM,
    /// A number.
    NUMBER,
    /// A number without a fraction; `1.0` is one.
    INTEGER,
    /// `true` or `false`.
    BOOLEAN;

    /// Whether it has a greater and a less.
    boolean isNumeric() {
      return this == NUMBER || this == INTEGER;
    }
  }

  public PayloadField {
    names = List.copyOf(names);
  }

  /// A field of a kind that needs no names.
  public PayloadField(String name, Kind kind) {
    this(name, kind, List.of());
  }

  /// All the values that there are; empty when nobody can count them.
  Optional<Set<FieldValue>> values() {
    return switch (kind) {
      case ENUM ->
          Optional.of(names.stream().map(FieldValue.Text::new).collect(Collectors.toSet()));
      case BOOLEAN -> Optional.of(Set.of(new FieldValue.Truth(true), new FieldValue.Truth(false)));
      case TEXT, NUMBER, INTEGER -> Optional.empty();
    };
  }

  /// Whether it can tell what an event is about, see [Key].
  boolean isKey() {
    return switch (kind) {
      case TEXT, ENUM, INTEGER -> true;
      case NUMBER, BOOLEAN -> false;
    };
  }

  /// What it is, for a person.
  String described() {
    return switch (kind) {
      case TEXT -> "a string";
      case ENUM -> "one of " + String.join(", ", names);
      case NUMBER -> "a number";
      case INTEGER -> "an integer";
      case BOOLEAN -> "a boolean";
    };
  }

  /// A value as events have it that hold it in this field: a name of an enum in its own letter case.
  ///
  /// @return empty when no event can hold it
  public Optional<FieldValue> canonical(FieldValue value) {
    return Optional.ofNullable(
        switch (value) {
          case FieldValue.Text(String text) ->
              switch (kind) {
                case TEXT -> value;
                case ENUM -> nameOf(text);
                case NUMBER, INTEGER, BOOLEAN -> null;
              };
          case FieldValue.Truth truth -> kind == Kind.BOOLEAN ? truth : null;
          case JsonNumber number ->
              kind == Kind.NUMBER || (kind == Kind.INTEGER && number.isInteger()) ? number : null;
        });
  }

  private FieldValue.@Nullable Text nameOf(String text) {
    if (names.contains(text)) {
      return new FieldValue.Text(text);
    }
    String lowerCased = Ascii.lowerCase(text);
    for (String name : names) {
      if (Ascii.lowerCase(name).equals(lowerCased)) {
        return new FieldValue.Text(name);
      }
    }
    return null;
  }
}
