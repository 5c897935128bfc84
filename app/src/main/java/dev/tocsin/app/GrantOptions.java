package dev.tocsin.app;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.PayloadField;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Suggestions;
import dev.tocsin.events.Where;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Rights;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that say what somebody is granted.
final class GrantOptions {

  /// What a server takes in one grant.
  private static final int MAX_PATTERNS = 256;

  @Option(
      names = "--publish",
      paramLabel = "PATTERN",
      description = "What it may publish, for instance 'camera.*'. Repeatable.")
  private List<String> publish = List.of();

  @Option(
      names = "--subscribe",
      paramLabel = "PATTERN",
      description = "What it may read, for instance 'alert.*'. Repeatable.")
  private List<String> subscribe = List.of();

  @Option(
      names = "--where",
      paramLabel = "JSON",
      description =
          "Narrows all of these patterns by fields, for instance '{\"camera_id\":[\"front\"]}'.")
  private @Nullable String where;

  @Option(
      names = "--manage",
      paramLabel = "WHAT",
      description = "What it may look after: metrics, console or keys. Repeatable.")
  private List<String> manage = List.of();

  @Mixin private final CatalogOption catalogOption = new CatalogOption();

  /// What the options come down to. Patterns that match nothing in the catalog are told.
  Rights rights(Surroundings surroundings) throws Failure, WrongUse {
    if (publish.isEmpty() && subscribe.isEmpty() && manage.isEmpty()) {
      if (where != null) {
        throw new WrongUse("--where narrows patterns: give --subscribe or --publish");
      }
      return Rights.ALL;
    }
    if (where != null && publish.isEmpty() && subscribe.isEmpty()) {
      throw new WrongUse("--where narrows patterns: give --subscribe or --publish");
    }
    EventCatalog catalog = catalogOption.load();
    Where narrowed = WhereOption.read(where);
    return new Rights(
        grants("--subscribe", subscribe, narrowed, catalog, surroundings),
        grants("--publish", publish, narrowed, catalog, surroundings),
        managed());
  }

  private Set<String> managed() throws WrongUse {
    for (String name : manage) {
      if (!Rights.MANAGEABLE.contains(name)) {
        throw new WrongUse(
            "--manage "
                + name
                + ": there are "
                + String.join(", ", new TreeSet<>(Rights.MANAGEABLE))
                + Suggestions.nearest(name, Rights.MANAGEABLE)
                    .map(nearest -> "; did you mean " + nearest + "?")
                    .orElse(""));
      }
    }
    return Set.copyOf(manage);
  }

  private static Grants grants(
      String option,
      List<String> texts,
      @Nullable Where where,
      EventCatalog catalog,
      Surroundings surroundings)
      throws WrongUse {
    if (texts.isEmpty()) {
      return new Grants(List.of());
    }
    if (texts.size() > MAX_PATTERNS) {
      throw new WrongUse(option + " may be given " + MAX_PATTERNS + " times at most");
    }
    List<EventPattern> patterns =
        switch (EventPattern.compile(texts)) {
          case EventPattern.Compilation.Compiled compiled -> compiled.patterns();
          case EventPattern.Compilation.Refused refused ->
              throw new WrongUse(option + ": " + refused.rejection().message());
        };
    boolean allKnown = noteUnknown(patterns, catalog, surroundings);
    Rejection fault = where == null ? null : where.faultOn(fields(patterns, catalog));
    if (fault != null && allKnown) {
      throw new WrongUse(option + ": " + fault.sentence());
    }
    if (fault != null) {
      surroundings.say("warning: " + fault.sentence() + ": such events are not granted");
    }
    return new Grants(List.of(new Grants.Grant(patterns, where)));
  }

  /// Tells of the patterns that match no type; whether there are none.
  private static boolean noteUnknown(
      List<EventPattern> patterns, EventCatalog catalog, Surroundings surroundings) {
    boolean allKnown = true;
    for (EventPattern pattern : patterns) {
      if (matched(pattern, catalog).isEmpty()) {
        allKnown = false;
        surroundings.say(
            "note: the pattern "
                + pattern.text()
                + " matches no event type of the catalog"
                + Suggestions.nearest(pattern.text(), suggestions(catalog))
                    .map(nearest -> "; did you mean " + nearest + "?")
                    .orElse(""));
      }
    }
    return allKnown;
  }

  private static List<EventType> matched(EventPattern pattern, EventCatalog catalog) {
    return catalog.allEventTypes().stream()
        .filter(type -> !type.reserved() && pattern.matches(type.name()))
        .toList();
  }

  private static List<Map<String, PayloadField>> fields(
      List<EventPattern> patterns, EventCatalog catalog) {
    return patterns.stream()
        .flatMap(pattern -> matched(pattern, catalog).stream())
        .map(EventType::payload)
        .map(payload -> payload == null ? Map.<String, PayloadField>of() : payload.fields())
        .toList();
  }

  private static Set<String> suggestions(EventCatalog catalog) {
    Set<String> known = new TreeSet<>();
    for (EventType type : catalog.allEventTypes()) {
      if (!type.reserved()) {
        known.add(type.name());
        type.domain().ifPresent(domain -> known.add(domain + ".*"));
      }
    }
    return known;
  }
}
