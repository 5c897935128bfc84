package dev.tocsin.hub;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.Suggestions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The names of all event types that are known to occur, each with a small number: those of the catalog,
/// and those that have come from the log, of earlier catalogs or of others who append to it. Immutable; a
/// larger table keeps the numbers of the one that it has grown out of.
final class TypeTable {

  private final List<String> names;
  private final Map<String, Integer> places = new HashMap<>();

  /// How many of the names are the catalog's: they come first.
  private final int catalogued;

  private final Suggestions suggestions;
  private final TypeSet none;
  private final TypeSet all;

  /// @param catalog the types that can be published
  /// @param logged names of types that the log holds
  TypeTable(EventCatalog catalog, Set<String> logged) {
    this(
        catalog.allEventTypes().stream().map(EventType::name).toList(),
        logged,
        worthSuggesting(catalog));
  }

  /// @param catalogued the names of the types that can be published
  TypeTable(List<String> catalogued, Set<String> logged, List<String> suggestions) {
    this(joined(catalogued, logged), Set.copyOf(catalogued).size(), Suggestions.of(suggestions));
  }

  private TypeTable(List<String> names, int catalogued, Suggestions suggestions) {
    this.names = names;
    this.catalogued = catalogued;
    this.suggestions = suggestions;
    for (String name : names) {
      places.put(name, places.size());
    }
    this.none = TypeSet.of(names.size(), type -> false);
    this.all = TypeSet.of(names.size(), type -> true);
  }

  private static List<String> joined(List<String> first, Collection<String> more) {
    Set<String> known = new LinkedHashSet<>(first);
    known.addAll(more);
    return List.copyOf(known);
  }

  /// This table and further names, each once; this one when it has them all.
  TypeTable with(Collection<String> more) {
    return places.keySet().containsAll(more)
        ? this
        : new TypeTable(joined(names, more), catalogued, suggestions);
  }

  /// The filter that takes the types of a set.
  TypeFilter filter(TypeSet types) {
    if (types.equals(all)) {
      return TypeFilter.ALL;
    }
    Set<String> wanted = new HashSet<>();
    types.forEach(type -> wanted.add(names.get(type)));
    return TypeFilter.of(wanted);
  }

  /// The filter that takes what one of the patterns matches.
  TypeFilter filter(List<EventPattern> patterns) {
    return filter(
        TypeSet.of(
            names.size(),
            type -> patterns.stream().anyMatch(p -> p.matchesLowerCased(names.get(type)))));
  }

  /// The names that somebody can have meant, and `{domain}.*` for each of their domains.
  private static List<String> worthSuggesting(EventCatalog catalog) {
    Set<String> useful = new LinkedHashSet<>();
    Set<String> wildcards = new LinkedHashSet<>();
    for (EventType type : catalog.allEventTypes()) {
      if (!type.reserved()) {
        useful.add(type.name());
        type.domain().ifPresent(domain -> wildcards.add(domain + ".*"));
      }
    }
    useful.addAll(wildcards);
    return List.copyOf(useful);
  }

  int size() {
    return names.size();
  }

  /// The place of a name, or -1 when it is none of the table.
  int placeOf(String name) {
    return places.getOrDefault(name, -1);
  }

  TypeSet none() {
    return none;
  }

  TypeSet all() {
    return all;
  }

  /// The types that a pattern matches.
  TypeSet matching(EventPattern pattern) {
    return TypeSet.of(names.size(), type -> pattern.matchesLowerCased(names.get(type)));
  }

  /// The warnings about patterns that match no type of the catalog, with a suggestion where there is
  /// one and the budget lasts.
  List<PatternWarning> warnings(List<EventPattern> patterns, Suggestions.Budget budget) {
    List<PatternWarning> warnings = new ArrayList<>(0);
    for (EventPattern pattern : patterns) {
      if (names.subList(0, catalogued).stream().noneMatch(pattern::matchesLowerCased)) {
        warnings.add(
            new PatternWarning(
                pattern.text(),
                "matches no event type of this server's catalog",
                budget.take() ? suggestion(pattern) : null));
      }
    }
    return warnings;
  }

  /// The same for a single call, which has a budget of its own.
  List<PatternWarning> warnings(List<EventPattern> patterns) {
    return warnings(patterns, new Suggestions.Budget());
  }

  private @Nullable String suggestion(EventPattern pattern) {
    return suggestions.nearest(pattern.text()).orElse(null);
  }
}
