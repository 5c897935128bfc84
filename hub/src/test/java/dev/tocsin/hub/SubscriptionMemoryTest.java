package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Where;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What connections are counted for against the memory for patterns is about what they take: it is measured.
class SubscriptionMemoryTest {

  private static final TypeTable TABLE = new TypeTable(EventCatalog.builtIn(), Set.of());

  /// What a connection asks for: patterns, and a filter; and how many connections ask so.
  @SuppressWarnings("ImmutableEnumChecker") // the functions hold nothing
  enum Kind {
    ONE_VALUE_OF_ONE_TYPE(10_000, "detection.new", n -> "{\"camera_id\":\"camera-" + n + "\"}"),
    ONE_VALUE_OF_ALL_TYPES(2_000, "*", n -> "{\"$correlation_id\":\"run-" + n + "\"}"),
    A_FEW_OF_SOME_TYPES(
        5_000,
        "detection.*,camera.*",
        n -> "{\"camera_id\":[\"front-" + n + "\",\"yard-" + n + "\",\"gate-" + n + "\"]}"),
    SEVERAL_FIELDS(
        5_000,
        "detection.*",
        n ->
            "{\"camera_id\":[\"front-"
                + n
                + "\",\"yard\"],\"confidence\":{\"min\":0."
                + (100_000 + n)
                + "},\"label\":{\"not\":[\"cat\",\"dog\"]}}"),
    A_BOUND(10_000, "detection.new", n -> "{\"confidence\":{\"min\":0." + (100_000 + n) + "}}"),
    WHAT_IS_NOT(
        5_000, "detection.*", n -> "{\"label\":{\"not\":[" + values("label", n, 20) + "]}}"),
    MANY_VALUES_OF_ONE_TYPE(
        500, "detection.new", n -> "{\"camera_id\":[" + values("camera", n, 256) + "]}"),
    MANY_VALUES_OF_ALL_TYPES(50, "*", n -> "{\"$correlation_id\":[" + values("run", n, 256) + "]}"),
    LONG_VALUES(
        500, "detection.new", n -> "{\"camera_id\":[" + values("camera".repeat(30), n, 30) + "]}"),
    ONE_FILTER_OF_SEVERAL_PATTERNS(
        2_000,
        "detection.*,camera.*,*.new,*.created,alert.?*",
        n -> "{\"camera_id\":\"camera-" + n + "\"}"),
    THE_SAME_AS_ALL_OTHERS(10_000, "detection.*", n -> "{\"camera_id\":[\"front\",\"yard\"]}"),
    MUCH_THE_SAME_AS_ALL_OTHERS(
        10_000, "*", n -> "{\"$correlation_id\":[" + values("run", 1, 256) + "]}"),
    PATTERNS_ALONE(10_000, "detection.*,camera.*,alert.created", n -> null),
    A_PATTERN_OF_ITS_OWN(10_000, "detection.n*w%d*", n -> null);

    private final int connections;
    private final String patterns;
    private final IntFunction<@Nullable String> where;

    Kind(int connections, String patterns, IntFunction<@Nullable String> where) {
      this.connections = connections;
      this.patterns = patterns;
      this.where = where;
    }

    static String values(String name, int connection, int count) {
      return IntStream.range(0, count)
          .mapToObj(n -> "\"" + name + "-" + connection + "-" + n + "\"")
          .collect(Collectors.joining(","));
    }

    /// As each connection's message would be read: nothing is shared that need not be.
    void subscribe(SubscriptionIndex<Integer, ?> index, int connection) {
      List<String> texts = List.of(patterns.formatted(connection).split(","));
      String json = where.apply(connection);
      index.subscribe(
          connection,
          ((EventPattern.Compilation.Compiled) EventPattern.compile(texts)).patterns(),
          json == null ? null : Where.of(json));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionIsCountedForAboutWhatItTakes(Kind kind) {
    SubscriptionIndex<Integer, Audience<Integer>> warmUp =
        new SubscriptionIndex<>(TABLE, Audience::new);
    kind.subscribe(warmUp, 0);
    SubscriptionIndex<Integer, Audience<Integer>> index =
        new SubscriptionIndex<>(TABLE, Audience::new);
    long before = used();
    for (int connection = 0; connection < kind.connections; connection++) {
      kind.subscribe(index, connection);
    }
    long taken = used() - before;

    long counted = 0;
    for (int connection = 0; connection < kind.connections; connection++) {
      counted += index.patternBytes(connection);
    }

    double ratio = (double) counted / taken;
    assertThat(ratio).as("%,d bytes taken, %,d counted", taken, counted).isBetween(0.5, 2.0);
  }

  @Test
  void whatSeveralHaveInCommonIsCountedOnceAndIsTheLastOnesAlone() {
    SubscriptionIndex<Integer, Audience<Integer>> index =
        new SubscriptionIndex<>(TABLE, Audience::new);
    Kind.MUCH_THE_SAME_AS_ALL_OTHERS.subscribe(index, 0);
    long alone = index.patternBytes(0);

    Kind.MUCH_THE_SAME_AS_ALL_OTHERS.subscribe(index, 1);

    assertThat(index.patternBytes(0) + index.patternBytes(1)).isBetween(alone, alone * 11 / 10);
    index.remove(1);
    assertThat(index.patternBytes(0)).isEqualTo(alone);
  }

  @Test
  void whatGrantsMakeOfItIsCounted() {
    SubscriptionIndex<Integer, Audience<Integer>> index =
        new SubscriptionIndex<>(TABLE, Audience::new);
    index.register(0);
    assertThat(index.patternBytes(0)).isZero();

    EventPattern all = EventPattern.of("*");
    Where where = Where.of("{\"$channel\":[" + Kind.values("channel", 0, 200) + "]}");
    index.grant(0, new Grants(List.of(new Grants.Grant(List.of(all), where))));

    assertThat(index.patternBytes(0)).isGreaterThan(1_000_000);
  }

  /// What is reachable, in bytes.
  @SuppressWarnings("CallToSystemGC") // it is what is measured
  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
