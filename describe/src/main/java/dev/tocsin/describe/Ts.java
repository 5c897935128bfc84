package dev.tocsin.describe;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/// A type of TypeScript as it is written.
///
/// @param text on one line or several, the first of them not indented
/// @param binding how it has to be set apart from what stands around it
/// @param object whether what it lets through surely is an object
record Ts(String text, Binding binding, boolean object) {

  /// How tightly a type holds together: a looser one needs parentheses inside a tighter one.
  enum Binding {
    UNION,
    INTERSECTION,
    ONE
  }

  static final Ts UNKNOWN = one("unknown");
  static final Ts NEVER = one("never");
  static final Ts NULL = one("null");
  static final Ts BOOLEAN = one("boolean");
  static final Ts NUMBER = one("number");
  static final Ts STRING = one("string");
  static final Ts UNDEFINED = one("undefined");
  static final Ts OBJECT = object("object");

  /// What may hold anything by any name.
  static final Ts ANY_OBJECT = object("{ [field: string]: unknown }");

  static Ts one(String text) {
    return new Ts(text, Binding.ONE, false);
  }

  static Ts object(String text) {
    return new Ts(text, Binding.ONE, true);
  }

  /// What is one of several types.
  static Ts union(Collection<Ts> types) {
    Set<Ts> members = new LinkedHashSet<>(types);
    if (members.contains(UNKNOWN)) {
      return UNKNOWN;
    }
    members.remove(NEVER);
    return joined(members, NEVER, Binding.UNION, members.stream().allMatch(Ts::object));
  }

  /// What is all of several types.
  static Ts intersection(Collection<Ts> types) {
    Set<Ts> members = new LinkedHashSet<>(types);
    if (members.contains(NEVER)) {
      return NEVER;
    }
    members.remove(UNKNOWN);
    return joined(members, UNKNOWN, Binding.INTERSECTION, members.stream().anyMatch(Ts::object));
  }

  private static Ts joined(Set<Ts> members, Ts none, Binding binding, boolean object) {
    String between = binding == Binding.UNION ? " | " : " & ";
    return switch (members.size()) {
      case 0 -> none;
      case 1 -> members.iterator().next();
      default ->
          new Ts(
              members.stream()
                  .map(member -> member.inside(binding))
                  .collect(Collectors.joining(between)),
              binding,
              object);
    };
  }

  /// Whether it is written as the properties of an object, and nothing else.
  boolean isPlainObject() {
    return binding == Binding.ONE && text.startsWith("{");
  }

  /// A list of these.
  Ts list() {
    return one(inside(Binding.ONE) + "[]");
  }

  /// An item of a tuple that may be missing.
  String optionalItem() {
    return inside(Binding.ONE) + "?";
  }

  private String inside(Binding outer) {
    return binding.compareTo(outer) > 0 || binding == Binding.ONE ? text : "(" + text + ")";
  }

  /// The text for a place whose lines are indented further.
  String indented() {
    return text.replace("\n", "\n  ");
  }
}
