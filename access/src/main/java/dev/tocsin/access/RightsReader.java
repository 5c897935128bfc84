package dev.tocsin.access;

import dev.tocsin.events.Rejection;
import dev.tocsin.events.Suggestions;
import dev.tocsin.events.Where;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Rights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads grants as files and tokens have them:
/// `{"subscribe":[{"events":[…],"where":{…}}],"publish":[…],"manage":[…]}`. What is left out is not granted.
public final class RightsReader {

  /// How many grants of a kind somebody may have.
  static final int MAX_GRANTS = 64;

  /// How many patterns a grant may have.
  static final int MAX_PATTERNS = 256;

  private static final EventPattern EVERYTHING = EventPattern.of("*");
  private static final Set<String> MEMBERS = Set.of("subscribe", "publish", "manage");
  private static final Set<String> GRANT_MEMBERS = Set.of("events", "where");

  private final Faults faults = new Faults();

  private RightsReader() {}

  /// What became of grants.
  public sealed interface Reading {

    /// They are.
    record Read(Rights rights) implements Reading {}

    /// They are none.
    ///
    /// @param faults what is wrong, each a sentence's part that begins with the place; where it is much, the last says how
    ///     much more there is
    record Refused(List<String> faults) implements Reading {
      public Refused {
        faults = List.copyOf(faults);
      }
    }
  }

  /// Reads grants.
  ///
  /// @param place what to call them in a fault, for instance `grants`
  public static Reading read(JsonNode json, String place) {
    RightsReader reader = new RightsReader();
    Rights rights = reader.rights(json, place);
    return reader.faults.isEmpty()
        ? new Reading.Read(rights)
        : new Reading.Refused(reader.faults.told());
  }

  private Rights rights(JsonNode json, String place) {
    if (!json.isObject()) {
      faults.add(place + " must be an object");
      return new Rights(new Grants(List.of()), new Grants(List.of()), Set.of());
    }
    requireKnown(json, MEMBERS, place);
    return new Rights(
        grants(json.path("subscribe"), place + ".subscribe"),
        grants(json.path("publish"), place + ".publish"),
        manage(json.path("manage"), place + ".manage"));
  }

  private void requireKnown(JsonNode json, Set<String> known, String place) {
    json.forEachEntry((name, value) -> {
      if (!known.contains(name)) {
        Optional<String> nearest = Suggestions.nearest(name, known);
        faults.add(
            place
                + " has no member "
                + Names.quoted(name)
                + nearest.map(word -> "; did you mean \"" + word + "\"?").orElse(""));
      }
    });
  }

  /// @return `null` for everything, which is what the pattern `*` grants
  private @Nullable Grants grants(JsonNode json, String place) {
    List<Grants.Grant> grants = new ArrayList<>();
    if (json.isMissingNode() || json.isNull()) {
      return new Grants(grants);
    }
    if (!json.isArray()) {
      faults.add(place + " must be an array of grants");
      return new Grants(grants);
    }
    if (json.size() > MAX_GRANTS) {
      faults.add(place + " may have " + MAX_GRANTS + " grants at most");
      return new Grants(grants);
    }
    for (int i = 0; i < json.size(); i++) {
      Grants.Grant grant = grant(json.get(i), place + "[" + i + "]");
      if (grant != null) {
        grants.add(grant);
      }
    }
    return grants.stream().anyMatch(RightsReader::isEverything) ? null : new Grants(grants);
  }

  private static boolean isEverything(Grants.Grant grant) {
    return grant.where() == null && grant.patterns().contains(EVERYTHING);
  }

  private Grants.@Nullable Grant grant(JsonNode json, String place) {
    if (!json.isObject()) {
      faults.add(place + " must be an object with events, and where if it is narrowed");
      return null;
    }
    requireKnown(json, GRANT_MEMBERS, place);
    List<EventPattern> patterns = patterns(json.path("events"), place + ".events");
    JsonNode where = json.path("where");
    if (where.isMissingNode() || where.isNull()) {
      return patterns == null ? null : new Grants.Grant(patterns, null);
    }
    return switch (Where.read(where.toString())) {
      case Where.Reading.Read(Where read) ->
          patterns == null ? null : new Grants.Grant(patterns, read);
      case Where.Reading.Refused(Rejection rejection) -> {
        faults.add(place + "." + rejection.message());
        yield null;
      }
    };
  }

  private @Nullable List<EventPattern> patterns(JsonNode json, String place) {
    List<String> texts = texts(json, place, "patterns");
    if (texts == null) {
      return null;
    }
    if (texts.isEmpty() || texts.size() > MAX_PATTERNS) {
      faults.add(place + " must have 1 to " + MAX_PATTERNS + " patterns");
      return null;
    }
    return switch (EventPattern.compile(texts)) {
      case EventPattern.Compilation.Compiled compiled -> compiled.patterns();
      case EventPattern.Compilation.Refused refused -> {
        faults.add(place + ": " + refused.rejection().message());
        yield null;
      }
    };
  }

  private Set<String> manage(JsonNode json, String place) {
    if (json.isMissingNode() || json.isNull()) {
      return Set.of();
    }
    List<String> texts = texts(json, place, "names");
    Set<String> manage = new HashSet<>(texts == null ? List.of() : texts);
    for (String name : manage) {
      if (!Rights.MANAGEABLE.contains(name)) {
        faults.add(
            place
                + ": there is no "
                + Names.quoted(name)
                + "; there are metrics, console and keys");
      }
    }
    return manage;
  }

  private @Nullable List<String> texts(JsonNode json, String place, String what) {
    boolean isArray = json.isArray();
    List<String> texts = new ArrayList<>();
    if (isArray) {
      for (JsonNode one : json) {
        isArray &= one.isString();
        texts.add(one.asString(""));
      }
    }
    if (!isArray) {
      faults.add(place + " must be an array of " + what);
      return null;
    }
    return texts;
  }
}
