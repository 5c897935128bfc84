package dev.tocsin.bridges.out;

import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.bridges.hub.Wanted;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.Json;
import dev.tocsin.events.PayloadField;
import dev.tocsin.events.PayloadSchema;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/// Reads which events a bridge sends out: `events`, an array of patterns, and `where`, a filter as clients have it.
public final class WantedReader {

  /// How many patterns there may be.
  static final int MAX_PATTERNS = 100;

  /// What a fault of a filter begins with, which its place says already.
  private static final String WHERE = "where: ";

  /// What is followed where the file is wrong, and nothing will be.
  private static final Wanted ALL = new Wanted(List.of("*"), null);

  private final EventCatalog catalog;

  /// @param catalog the types that there are
  public WantedReader(EventCatalog catalog) {
    this.catalog = catalog;
  }

  /// Reads them of a bridge; what is wrong is told.
  Wanted read(Section bridge) {
    List<TypePattern> patterns =
        patterns(bridge.at("events"), "an array of patterns, one at least, as [\"alert.*\"]");
    List<EventType> types = new ArrayList<>();
    for (TypePattern pattern : patterns) {
      catalog.allEventTypes().stream()
          .filter(type -> pattern.matches(type.name()))
          .forEach(types::add);
    }
    Where where = where(bridge.at("where"), types);
    return patterns.isEmpty()
        ? ALL
        : new Wanted(patterns.stream().map(TypePattern::text).toList(), where);
  }

  /// Reads an array of patterns, each of which some type is for; what is wrong is told, and left out.
  ///
  /// @param what it must be, in words
  public List<TypePattern> patterns(Section section, String what) {
    List<TypePattern> patterns = new ArrayList<>();
    for (Section one : section.items(what, MAX_PATTERNS)) {
      TypePattern pattern = pattern(one);
      if (pattern != null) {
        patterns.add(pattern);
      }
    }
    return patterns;
  }

  /// Reads a pattern that some type is for; `null` when it is none, which is told.
  private @Nullable TypePattern pattern(Section section) {
    String text = section.text("a pattern of event types, as alert.*");
    if (text == null) {
      return null;
    }
    String fault = TypePattern.fault(text);
    if (fault != null) {
      section.fault(fault);
      return null;
    }
    TypePattern pattern = new TypePattern(text);
    List<String> meant =
        catalog.allEventTypes().stream().map(EventType::name).filter(pattern::matches).toList();
    if (!meant.isEmpty() && meant.stream().allMatch(EventType::isReservedName)) {
      section.fault(
          Faults.quoted(text)
              + " is what the server says to its connections alone: no event of it"
              + " is in the log");
      return null;
    }
    if (meant.isEmpty()) {
      if (pattern.isName()) {
        section.fault(sentence(catalog.unknownType(text).message()));
      } else {
        section.unknown(
            "there is no event type that " + Faults.quoted(text) + " is for", text, groups());
      }
      return null;
    }
    return pattern;
  }

  /// The patterns that people write: all types of a domain, and what happens in several.
  private Set<String> groups() {
    Set<String> groups = new TreeSet<>();
    for (EventType type : catalog.allEventTypes()) {
      int dot = type.name().indexOf('.');
      if (dot > 0) {
        groups.add(type.name().substring(0, dot) + ".*");
        groups.add("*" + type.name().substring(dot));
      }
    }
    return groups;
  }

  private static @Nullable Where where(Section section, List<EventType> types) {
    if (!section.isThere()) {
      return null;
    }
    return switch (Where.read(Json.write(section.json()))) {
      case Where.Reading.Refused(Rejection rejection) -> {
        String field = rejection.field();
        tell(rejection, field == null ? section : section.at(field));
        yield null;
      }
      case Where.Reading.Read(Where where) -> {
        List<Map<String, PayloadField>> fields = new ArrayList<>();
        for (EventType type : types) {
          PayloadSchema payload = type.payload();
          if (payload != null) {
            fields.add(payload.fields());
          }
        }
        if (!types.isEmpty()) {
          section.members().forEach((name, member) -> check(name, member, fields));
        }
        yield where;
      }
    };
  }

  /// Tells what no event ever fulfils of one condition; each has a place of its own.
  private static void check(
      String name, Section condition, List<Map<String, PayloadField>> fields) {
    String alone = Json.write(JsonNodeFactory.instance.objectNode().set(name, condition.json()));
    if (Where.read(alone) instanceof Where.Reading.Read(Where where) && where != null) {
      Rejection fault = where.faultOn(fields);
      if (fault != null) {
        tell(fault, condition);
      }
    }
  }

  private static void tell(Rejection rejection, Section section) {
    String sentence = rejection.sentence();
    section.fault(
        sentence(sentence.startsWith(WHERE) ? sentence.substring(WHERE.length()) : sentence));
  }

  private static String sentence(String message) {
    return Character.toLowerCase(message.charAt(0)) + message.substring(1);
  }
}
