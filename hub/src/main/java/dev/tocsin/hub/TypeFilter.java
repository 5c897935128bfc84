package dev.tocsin.hub;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which events a reader of the log wants: those of some types, or all. Immutable; equal filters are
/// equal.
///
/// @param names the names of the types; `null` for all, also those that nobody knows yet
public record TypeFilter(@Nullable Set<String> names) {

  /// Takes everything.
  public static final TypeFilter ALL = new TypeFilter(null);

  public TypeFilter {
    names = names == null ? null : Set.copyOf(names);
  }

  /// Takes the events of these types and no others.
  public static TypeFilter of(Set<String> names) {
    return new TypeFilter(names);
  }

  /// Whether it takes everything.
  public boolean isAll() {
    return names == null;
  }

  /// Whether it takes the events of a type.
  public boolean takes(String type) {
    return names == null || names.contains(type);
  }

  /// Whether it takes all that another one takes.
  boolean covers(TypeFilter other) {
    return names == null || (other.names != null && names.containsAll(other.names));
  }
}
