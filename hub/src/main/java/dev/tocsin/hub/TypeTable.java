package dev.tocsin.hub;

import dev.tocsin.events.Conditions;
import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.FieldValues;
import dev.tocsin.events.PayloadField;
import dev.tocsin.events.PayloadSchema;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Suggestions;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.Where;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /// The payloads of the catalogued types, by the type's name; shared by all tables that grow out of one.
  private final Map<String, PayloadSchema> payloads;

  private final EventFields values;

  /// @param catalog the types that can be published
  /// @param logged names of types that the log holds
  TypeTable(EventCatalog catalog, Set<String> logged) {
    this(
        joined(catalog.allEventTypes().stream().map(EventType::name).toList(), logged),
        catalog.allEventTypes().size(),
        Suggestions.of(worthSuggesting(catalog)),
        payloads(catalog),
        new EventFields());
  }

  /// @param catalogued the names of the types that can be published
  TypeTable(List<String> catalogued, Set<String> logged, List<String> suggestions) {
    this(
        joined(catalogued, logged),
        Set.copyOf(catalogued).size(),
        Suggestions.of(suggestions),
        Map.of(),
        new EventFields());
  }

  private TypeTable(
      List<String> names,
      int catalogued,
      Suggestions suggestions,
      Map<String, PayloadSchema> payloads,
      EventFields values) {
    this.names = names;
    this.catalogued = catalogued;
    this.suggestions = suggestions;
    this.payloads = payloads;
    this.values = values;
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
        : new TypeTable(joined(names, more), catalogued, suggestions, payloads, values);
  }

  private static Map<String, PayloadSchema> payloads(EventCatalog catalog) {
    Map<String, PayloadSchema> payloads = new HashMap<>();
    for (EventType type : catalog.allEventTypes()) {
      PayloadSchema payload = type.payload();
      if (payload != null) {
        payloads.put(type.name(), payload);
      }
    }
    return payloads;
  }

  /// The fields of a catalogued type that can be compared.
  private Map<String, PayloadField> fieldsOf(String name) {
    PayloadSchema payload = payloads.get(name);
    return payload == null ? Map.of() : payload.fields();
  }

  /// What the fields of an event say that can be compared.
  FieldValues values(LoggedEvent event) {
    return values.of(event, fieldsOf(event.event().type()).keySet());
  }

  /// The same of an event that is not in the log yet.
  FieldValues values(EncodedEvent event) {
    return FieldValues.of(event, fieldsOf(event.type()).keySet());
  }

  /// The same of an event that the application has made.
  ///
  /// @param name its type, in lower case
  FieldValues values(String name, WebSocketEvent event) {
    return FieldValues.of(event, fieldsOf(name));
  }

  /// What a pattern lets through, narrowed by conditions on the fields.
  ///
  /// @param meaning what they come down to, see [#meaning]; `null` for everything
  Interest interest(EventPattern pattern, @Nullable Map<Integer, Conditions> meaning) {
    TypeSet matching = matching(pattern);
    if (meaning == null) {
      return Interest.of(matching);
    }
    Map<Integer, Conditions> byType = new HashMap<>();
    matching.forEach(type -> {
      Conditions conditions = meaning.get(type);
      if (conditions != null) {
        byType.put(type, conditions);
      }
    });
    return Interest.of(names.size(), byType);
  }

  /// What conditions on the fields come down to for each type that can fulfil them. It is the same for all patterns, of
  /// which there may be hundreds.
  Map<Integer, Conditions> meaning(Where where) {
    Map<Integer, Conditions> byType = new HashMap<>();
    // Many types have the same fields.
    Map<List<PayloadField>, Optional<Conditions>> known = new HashMap<>();
    for (int type = 0; type < names.size(); type++) {
      int place = type;
      where
          .fieldsAmong(fieldsOf(names.get(type)))
          .flatMap(fields -> known.computeIfAbsent(fields, where::on))
          .ifPresent(conditions -> byType.put(place, conditions));
    }
    return byType;
  }

  /// Why a `where` can never be fulfilled by what the patterns match; `null` when it can.
  @Nullable Rejection fault(List<EventPattern> patterns, Where where) {
    List<Map<String, PayloadField>> matched = new ArrayList<>();
    for (String name : names) {
      if (patterns.stream().anyMatch(pattern -> pattern.matchesLowerCased(name))) {
        matched.add(fieldsOf(name));
      }
    }
    return where.faultOn(matched);
  }

  /// What one of some patterns lets through, each narrowed in the same way.
  ///
  /// @param where `null` for everything that they match
  Interest interest(List<EventPattern> patterns, @Nullable Where where) {
    Map<Integer, Conditions> meaning = where == null ? null : meaning(where);
    return Interest.union(
        names.size(), patterns.stream().map(pattern -> interest(pattern, meaning)).toList());
  }

  /// What grants let through.
  Interest interest(Grants grants) {
    return Interest.union(
        names.size(),
        grants.grants().stream().map(grant -> interest(grant.patterns(), grant.where())).toList());
  }

  /// The names of some types, sorted, without those that only the server itself sends.
  List<String> publishable(TypeSet types) {
    List<String> found = new ArrayList<>();
    types.forEach(type -> found.add(names.get(type)));
    return found.stream().filter(name -> !EventType.isReservedName(name)).sorted().toList();
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

  /// The name at a place.
  String nameOf(int type) {
    return names.get(type);
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

  /// The warnings about patterns that match no type of the catalog, with a suggestion where there is one and the budget
  /// lasts, and about those of which nothing may be read.
  ///
  /// @param where what narrows each of them; `null` for nothing
  /// @param grants what may be read; `null` for everything
  List<PatternWarning> warnings(
      List<EventPattern> patterns, @Nullable Where where, @Nullable Grants grants) {
    Suggestions.Budget budget = new Suggestions.Budget();
    Interest readable = grants == null ? null : interest(grants);
    Map<Integer, Conditions> meaning = where == null || readable == null ? null : meaning(where);
    List<PatternWarning> warnings = new ArrayList<>(0);
    for (EventPattern pattern : patterns) {
      if (names.subList(0, catalogued).stream().noneMatch(pattern::matchesLowerCased)) {
        warnings.add(PatternWarning.unknown(pattern, budget.take() ? suggestion(pattern) : null));
      } else if (readable != null
          && interest(pattern, meaning).and(readable, names.size()).types().isEmpty()) {
        warnings.add(PatternWarning.denied(pattern));
      }
    }
    return warnings;
  }

  private @Nullable String suggestion(EventPattern pattern) {
    return suggestions.nearest(pattern.text()).orElse(null);
  }
}
