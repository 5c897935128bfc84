package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

class SubscriptionIndexTest {

  /// A type that only the log knows, from an earlier catalog.
  private static final String LOGGED = "door.opened";

  private static final TypeTable TABLE = new TypeTable(EventCatalog.builtIn(), Set.of(LOGGED));

  private static final List<String> TYPES =
      Stream.concat(
              EventCatalog.builtIn().allEventTypes().stream().map(EventType::name),
              Stream.of(LOGGED))
          .toList();

  private static final List<String> UNKNOWN = List.of("door.closed", "alert.x", "x", "");

  /// Made anew by the property for each of its tries, which share this object.
  private SubscriptionIndex<String, Audience<String>> index =
      new SubscriptionIndex<>(TABLE, Audience::new);

  /// One operation on one connection.
  record Step(Operation operation, String connection, List<String> patterns) {}

  enum Operation {
    REGISTER,
    REMOVE,
    SUBSCRIBE,
    UNSUBSCRIBE,
    SILENCE
  }

  /// The same rules, without an index: the patterns of each connection, empty for one that never
  /// subscribed.
  private static final class Model {

    private final Map<String, Set<String>> explicit = new HashMap<>();
    private final Set<String> known = new LinkedHashSet<>();

    List<String> apply(Step step) {
      String connection = step.connection();
      Set<String> patterns = new LinkedHashSet<>(step.patterns());
      Set<String> held = explicit.getOrDefault(connection, Set.of());
      switch (step.operation()) {
        case REGISTER -> known.add(connection);
        case REMOVE -> {
          known.remove(connection);
          explicit.remove(connection);
          return List.copyOf(held);
        }
        case SUBSCRIBE -> {
          known.add(connection);
          explicit.computeIfAbsent(connection, c -> new LinkedHashSet<>()).addAll(patterns);
        }
        case UNSUBSCRIBE -> {
          List<String> removed = patterns.stream().filter(held::contains).toList();
          removed.forEach(held::remove);
          return removed;
        }
        case SILENCE -> {
          known.add(connection);
          explicit.put(connection, new LinkedHashSet<>());
          return List.copyOf(held);
        }
      }
      return List.of();
    }

    boolean wants(String connection, String type) {
      Set<String> patterns = explicit.get(connection);
      return patterns == null || patterns.stream().anyMatch(p -> NaiveGlob.matches(p, type));
    }

    SubscriptionStats stats() {
      int patterns = explicit.values().stream().mapToInt(Set::size).sum();
      return new SubscriptionStats(
          known.size(), explicit.size(), known.size() - explicit.size(), patterns);
    }
  }

  private List<String> apply(Step step) {
    List<EventPattern> patterns =
        step.patterns().stream().map(EventPattern::of).distinct().toList();
    List<EventPattern> removed =
        switch (step.operation()) {
          case REGISTER -> {
            index.register(step.connection());
            yield List.of();
          }
          case REMOVE -> index.remove(step.connection());
          case SUBSCRIBE -> {
            index.subscribe(step.connection(), patterns, null);
            yield List.of();
          }
          case UNSUBSCRIBE -> index.unsubscribe(step.connection(), patterns);
          case SILENCE -> index.silence(step.connection());
        };
    return removed.stream().map(EventPattern::text).toList();
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void agreesWithBruteForceAfterEveryStep(@ForAll("steps") List<Step> steps) {
    index = new SubscriptionIndex<>(TABLE, Audience::new);
    Model model = new Model();
    Map<List<Object>, Boolean> matched = new HashMap<>();
    for (Step step : steps) {
      int countWith = countWith(model, step);

      assertThat(index.patternCountWith(step.connection(), patterns(step))).isEqualTo(countWith);
      assertThat(apply(step)).as("%s removed", step).isEqualTo(model.apply(step));

      assertThat(index.stats()).as("%s", step).isEqualTo(model.stats());
      assertThat(index.distinctPatterns())
          .isEqualTo(model.explicit.values().stream().flatMap(Set::stream).distinct().count());
      for (String connection : CONNECTIONS) {
        Set<String> held = model.explicit.getOrDefault(connection, Set.of());
        assertThat(index.patterns(connection)).containsExactlyElementsOf(held);
        assertThat(index.isExplicit(connection)).isEqualTo(model.explicit.containsKey(connection));
      }
      Stream.concat(TYPES.stream(), UNKNOWN.stream())
          .forEach(type -> assertSameAudience(model, type, matched));
      assertAudiencesAreDisjointAndComplete(model);
    }
  }

  private static List<EventPattern> patterns(Step step) {
    return step.patterns().stream().map(EventPattern::of).toList();
  }

  private static int countWith(Model model, Step step) {
    Set<String> together =
        new LinkedHashSet<>(model.explicit.getOrDefault(step.connection(), Set.of()));
    together.addAll(step.patterns());
    return together.size();
  }

  private void assertSameAudience(Model model, String type, Map<List<Object>, Boolean> matched) {
    List<String> expected = new ArrayList<>();
    for (String connection : CONNECTIONS) {
      boolean wants =
          matched.computeIfAbsent(
              List.of(Set.copyOf(model.explicit.getOrDefault(connection, Set.of("*"))), type),
              key -> model.wants(connection, type));
      assertThat(index.wants(connection, type)).as("%s: %s", connection, type).isEqualTo(wants);
      if (wants && model.known.contains(connection)) {
        expected.add(connection);
      }
    }
    assertThat(index.recipients(type)).as(type).containsExactlyInAnyOrderElementsOf(expected);
  }

  private void assertAudiencesAreDisjointAndComplete(Model model) {
    List<String> members = new ArrayList<>();
    Set<Interest> interests = new LinkedHashSet<>();
    for (Audience<String> audience : index.audiences().all()) {
      assertThat(audience.members()).isNotEmpty();
      assertThat(interests.add(audience.interest())).isTrue();
      members.addAll(audience.members());
      for (int type = 0; type < TABLE.size(); type++) {
        assertThat(index.audiences().ofWhole(type).contains(audience))
            .isEqualTo(audience.interest().types().contains(type));
      }
    }
    assertThat(members).containsExactlyInAnyOrderElementsOf(model.known);
    long distinct = IntStream.range(0, TABLE.size()).mapToLong(this::audiences).sum();
    long listed =
        IntStream.range(0, TABLE.size()).mapToLong(t -> index.audiences().ofWhole(t).size()).sum();
    assertThat(listed).as("no audience is listed twice").isEqualTo(distinct);
  }

  private long audiences(int type) {
    return index.audiences().ofWhole(type).stream().distinct().count();
  }

  private static final List<String> CONNECTIONS = List.of("c1", "c2", "c3", "c4", "c5");

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Operation> operations =
        Arbitraries.frequency(
            Tuple.of(3, Operation.REGISTER),
            Tuple.of(2, Operation.REMOVE),
            Tuple.of(8, Operation.SUBSCRIBE),
            Tuple.of(4, Operation.UNSUBSCRIBE),
            Tuple.of(1, Operation.SILENCE));
    return Combinators.combine(
            operations, Arbitraries.of(CONNECTIONS), patterns().list().ofMaxSize(3))
        .as(Step::new)
        .list()
        .ofMaxSize(30);
  }

  /// Mostly a few, so that they are subscribed again, shared and taken away.
  private static Arbitrary<String> patterns() {
    Arbitrary<String> usual =
        Arbitraries.of(
            "*",
            "alert.*",
            "*.created",
            "door.*",
            "job_*",
            "camera.o*",
            "nothing.*",
            "alert.created");
    Arbitrary<String> mutated =
        Combinators.combine(
                Arbitraries.of(TYPES),
                Arbitraries.integers().between(0, 40),
                Arbitraries.integers().between(0, 6),
                Arbitraries.of("*", "?", "[a-m]", "[!a-m]", "", "*?", "."))
            .as((type, at, length, replacement) -> {
              int from = Math.min(at, type.length());
              int to = Math.min(from + length, type.length());
              String pattern = type.substring(0, from) + replacement + type.substring(to);
              return pattern.isEmpty() ? "*" : pattern;
            });
    return Arbitraries.frequencyOf(Tuple.of(2, usual), Tuple.of(1, mutated));
  }

  @Test
  void connectionsOfTheSameTypesShareAnAudienceHoweverTheyPutIt() {
    List<List<String>> ways =
        List.of(
            List.of("alert.*"),
            List.of("ALERT.*"),
            List.of("alert.[a-z]*", "alert.?*"),
            List.of("alert.[!z]*", "alert.created"));
    for (int i = 0; i < 100; i++) {
      index.subscribe("c" + i, patterns(new Step(Operation.SUBSCRIBE, "", ways.get(i % 4))), null);
    }

    assertThat(index.audiences().all())
        .singleElement()
        .satisfies(a -> assertThat(a.members()).hasSize(100));
  }

  @Test
  void makesTheAudienceOfAnInterestOnceAndAnewWhenItWasEmptyMeanwhile() {
    Map<Interest, Integer> made = new LinkedHashMap<>();
    SubscriptionIndex<String, Audience<String>> counted =
        new SubscriptionIndex<>(
            TABLE,
            (interest, size) -> {
              made.merge(interest, 1, Integer::sum);
              return new Audience<>(interest, size);
            });

    counted.register("a");
    counted.register("b");
    counted.remove("a");
    counted.remove("b");
    counted.register("a");

    assertThat(made).containsExactly(Map.entry(Interest.of(TABLE.all()), 2));
  }
}
