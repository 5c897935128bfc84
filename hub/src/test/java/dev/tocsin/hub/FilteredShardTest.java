package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Where;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Random subscriptions with conditions, events, changes, breaks and replays against a model that asks each connection
/// about each event.
class FilteredShardTest {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final List<String> CONNECTIONS = List.of("a", "b", "c", "d", "e");
  private static final List<String> TYPES =
      List.of("detection.new", "alert.created", "alert.updated", "job.progress", "door.opened");
  private static final List<String> PATTERNS =
      List.of("*", "detection.*", "alert.*", "alert.created", "job.progress", "*.n?w", "door.*");
  private static final List<String> WHERES =
      List.of(
          "{\"camera_id\":\"front\"}",
          "{\"camera_id\":[\"front\"]}",
          "{\"camera_id\":[\"yard\",\"front\"]}",
          "{\"camera_id\":\"yard\"}",
          "{\"camera_id\":{\"not\":\"front\"}}",
          "{\"camera_id\":{\"not\":[\"front\",\"yard\"]}}",
          "{\"confidence\":{\"min\":0.5}}",
          "{\"confidence\":{\"min\":0.5,\"max\":0.80}}",
          "{\"confidence\":{\"max\":0.5}}",
          "{\"confidence\":0.50}",
          "{\"confidence\":{\"not\":0.5,\"min\":0.1}}",
          "{\"camera_id\":\"front\",\"label\":\"person\"}",
          "{\"camera_id\":\"yard\",\"label\":[\"person\",\"car\"],\"confidence\":{\"min\":0.5}}",
          "{\"severity\":[\"HIGH\",\"critical\"]}",
          "{\"severity\":{\"not\":\"low\"}}",
          "{\"$channel\":\"detections\"}",
          "{\"$channel\":{\"not\":\"detections\"},\"camera_id\":\"front\"}",
          "{\"$correlation_id\":\"x\"}");

  /// One subscribed pattern of the model.
  private record Held(String pattern, @Nullable String where) {}

  /// What the model knows of one connection.
  private static final class Expected {

    /// `null` as long as it never subscribed.
    private @Nullable Map<String, Held> held;

    /// `null` for everything.
    private @Nullable List<Held> granted;

    private final TreeSet<Long> told = new TreeSet<>();
    private long position;
    private int checked;
    private @Nullable Replay<String> replay;
  }

  private final InMemoryEventLog log = new InMemoryEventLog("epoch", 1 << 26);
  private final Hub hub = new Hub(EventCatalog.builtIn(), log, () -> Instant.EPOCH, 8_000);
  private final RecordedOutput outputs = new RecordedOutput();
  private final ManualExecutor owner = new ManualExecutor();
  private final Shard<String> shard = hub.newShard(owner, outputs);
  private final List<LoggedEvent> events = new ArrayList<>();
  private final Map<String, Expected> expected = new LinkedHashMap<>();
  private int delivered;
  private int lagged;
  private final Map<LoggedEvent, JsonNode> payloads = new HashMap<>();
  private final Map<String, JsonNode> conditions =
      WHERES.stream().collect(Collectors.toMap(where -> where, JSON::readTree));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void agreesWithAskingEachConnectionAboutEachEvent(long seed) {
    Random random = new Random(seed);
    for (int step = 0; step < 1_000; step++) {
      step(random);
    }
    owner.runAll();
    expected.forEach((connection, known) -> {
      while (known.replay != null) {
        goOn(connection, known, 1 << 20);
      }
    });
    owner.runAll();
    expected.keySet().forEach(this::check);
    assertThat(owner.failures()).isEmpty();
    assertThat(delivered).as("something was delivered").isGreaterThan(300);
    assertThat(lagged).as("somebody lagged").isPositive();
  }

  private void step(Random random) {
    String connection = CONNECTIONS.get(random.nextInt(CONNECTIONS.size()));
    Expected known = expected.get(connection);
    int choice = random.nextInt(100);
    if (choice < 55) {
      // Now and then more than memory holds.
      for (int left = choice == 0 ? 60 : 1; left > 0; left--) {
        EncodedEvent event = event(random);
        Logs.await(log.append(List.of(new Append(event, null))));
        events.add(new LoggedEvent(events.size() + 1, event));
      }
    } else if (choice < 70) {
      owner.runOne();
    } else if (known == null) {
      known = new Expected();
      expected.put(connection, known);
      tell(known, shard.join(connection));
    } else if (choice < 82) {
      subscribe(random, connection, known);
    } else if (choice < 86) {
      String pattern = PATTERNS.get(random.nextInt(PATTERNS.size()));
      shard.unsubscribe(connection, List.of(EventPattern.of(pattern)));
      change(connection, known);
      if (known.held != null) {
        known.held.remove(pattern);
      }
    } else if (choice < 87) {
      grant(random, connection, known);
    } else if (choice < 88) {
      shard.silence(connection);
      change(connection, known);
      known.held = new LinkedHashMap<>();
    } else if (choice < 90) {
      check(connection);
      shard.leave(connection);
      expected.remove(connection);
      outputs.forget(connection);
    } else if (choice < 93 && known.replay == null) {
      long since = random.nextLong(shard.catchUp(connection) + 1);
      check(connection);
      if (known.replay == null) {
        known.replay = shard.replay(connection, since, since);
        known.told.clear();
        tell(known, since);
      }
    } else if (known.replay != null) {
      goOn(connection, known, random.nextInt(2_000));
    } else {
      shard.positionOf(connection);
      change(connection, known);
    }
  }

  private void grant(Random random, String connection, Expected known) {
    List<Held> granted = new ArrayList<>();
    for (int left = random.nextInt(4); left > 0; left--) {
      granted.add(
          new Held(
              PATTERNS.get(random.nextInt(PATTERNS.size())),
              random.nextInt(3) == 0 ? null : WHERES.get(random.nextInt(WHERES.size()))));
    }
    boolean all = random.nextInt(4) == 0;
    shard.grant(
        connection,
        all ? null : new Grants(granted.stream().map(FilteredShardTest::grant).toList()));
    change(connection, known);
    known.granted = all ? null : granted;
  }

  private static Grants.Grant grant(Held held) {
    return new Grants.Grant(
        List.of(EventPattern.of(held.pattern())),
        held.where() == null ? null : Where.of(held.where()));
  }

  private void subscribe(Random random, String connection, Expected known) {
    String pattern = PATTERNS.get(random.nextInt(PATTERNS.size()));
    String where = random.nextInt(4) == 0 ? null : WHERES.get(random.nextInt(WHERES.size()));
    List<EventPattern> patterns = List.of(EventPattern.of(pattern));
    Where parsed = where == null ? null : Where.of(where);
    if (parsed != null && hub.fault(patterns, parsed) != null) {
      return;
    }
    shard.subscribe(connection, patterns, parsed);
    change(connection, known);
    if (known.held == null) {
      known.held = new LinkedHashMap<>();
    }
    known.held.put(pattern, new Held(pattern, where));
  }

  /// The connection is told its position, and what came until then was decided by what it held before.
  private void change(String connection, Expected known) {
    check(connection);
    tell(known, known.replay == null ? shard.positionOf(connection) : known.replay.tellPosition());
  }

  private static void tell(Expected known, long position) {
    known.told.add(position);
    known.position = position;
  }

  private void goOn(String connection, Expected known, int maxBytes) {
    Replay<String> replay = known.replay;
    Replay.Sink sink =
        new Replay.Sink() {
          @Override
          public void event(LoggedEvent event, long previous) {
            outputs.send(new Batch(List.of(event), previous), List.of(connection));
          }

          @Override
          public void gap(long from, long to) {
            throw new AssertionError();
          }
        };
    Replay.Progress progress = replay.advance(maxBytes, sink);
    if (progress == Replay.Progress.NOT_HELD) {
      progress =
          replay.take(
              Logs.await(log.read(replay.position(), replay.filter(), 50, maxBytes)),
              replay.filter(),
              maxBytes,
              sink);
    }
    if (progress == Replay.Progress.CAUGHT_UP) {
      known.replay = null;
    }
    check(connection);
  }

  private EncodedEvent event(Random random) {
    // Every now and then one that nobody here has known so far.
    String type =
        random.nextInt(10) == 0
            ? "door.n" + events.size() / 60
            : TYPES.get(random.nextInt(TYPES.size()));
    List<String> fields = new ArrayList<>();
    fields.add(
        pick(
            random, "", "\"camera_id\":\"front\"", "\"camera_id\":\"yard\"", "\"camera_id\":null"));
    fields.add(pick(random, "", "\"label\":\"person\"", "\"label\":\"car\""));
    fields.add(
        pick(
            random,
            "",
            "\"confidence\":5e-1",
            "\"confidence\":0.8",
            "\"confidence\":0.80000000000000000000001",
            "\"confidence\":0.05"));
    fields.add(pick(random, "", "\"severity\":\"low\"", "\"severity\":\"high\""));
    fields.removeIf(String::isEmpty);
    byte[] payload = ("{" + String.join(",", fields) + "}").getBytes(StandardCharsets.UTF_8);
    return EncodedEvent.of(
        type,
        payload,
        SampleEvents.TIMESTAMP,
        random.nextInt(3) == 0 ? "x" : null,
        type.startsWith("detection") ? "detections" : "others");
  }

  private static String pick(Random random, String... texts) {
    return texts[random.nextInt(texts.length)];
  }

  /// What a connection has got since the last time must be what it wanted since then.
  private void check(String connection) {
    Expected known = expected.get(connection);
    List<RecordedOutput.Received> got = outputs.of(connection);
    RecordedOutput.Lagging lagging = null;
    for (RecordedOutput.Received one : List.copyOf(got.subList(known.checked, got.size()))) {
      switch (one) {
        case RecordedOutput.Lagging lag -> lagging = lagging == null ? lag : lagging;
        case RecordedOutput.Event event -> {
          // Whoever lags takes nothing more of what is sent to its audience.
          if (lagging == null) {
            check(connection, known, event);
          }
        }
      }
    }
    known.checked = got.size();
    if (lagging != null) {
      lagged++;
      known.replay = shard.replay(connection, lagging.after(), lagging.previous());
    }
    if (known.replay == null) {
      long upTo = shard.positionOf(connection);
      if (outputs.of(connection).size() > known.checked) {
        check(connection);
        return;
      }
      assertThat(wanted(known, known.position, upTo))
          .as("not delivered to %s", connection)
          .isEmpty();
    }
  }

  private void check(String connection, Expected known, RecordedOutput.Event event) {
    delivered++;
    long position = known.position;
    assertThat(wanted(known, position, event.sequence() - 1))
        .as("lost by %s before %s", connection, event)
        .isEmpty();
    assertThat(event.sequence()).as("doubled for %s", connection).isGreaterThan(position);
    assertThat(wants(known, events.get((int) event.sequence() - 1)))
        .as("%s is foreign to %s with %s", event, connection, known.held)
        .isTrue();
    assertPrevious(connection, known, event);
    known.position = event.sequence();
  }

  /// It names the last earlier event that the connection wanted, or a position that it was told after that.
  private void assertPrevious(String connection, Expected known, RecordedOutput.Event event) {
    long last = event.sequence() - 1;
    while (last > 0 && !wants(known, events.get((int) last - 1))) {
      last--;
    }
    Set<Long> right = new TreeSet<>(known.told.tailSet(last));
    right.removeIf(position -> position >= event.sequence());
    right.add(last);
    assertThat(event.previous())
        .as("previous of %s for %s with %s", event, connection, known.held)
        .isIn(right)
        .isLessThanOrEqualTo(known.position);
  }

  /// The events that the connection wants after one sequence and up to another.
  private List<LoggedEvent> wanted(Expected known, long after, long upTo) {
    return after >= upTo
        ? List.of()
        : events.subList((int) after, (int) upTo).stream()
            .filter(event -> wants(known, event))
            .toList();
  }

  private boolean wants(Expected known, LoggedEvent event) {
    return (known.held == null || matches(known.held.values(), event))
        && (known.granted == null || matches(known.granted, event));
  }

  private boolean matches(Collection<Held> any, LoggedEvent event) {
    String type = event.event().type();
    return any.stream()
        .anyMatch(held ->
            NaiveGlob.matches(held.pattern(), type)
                && (held.where() == null || fulfils(event, conditions.get(held.where()))));
  }

  private boolean fulfils(LoggedEvent event, JsonNode where) {
    JsonNode envelope =
        payloads.computeIfAbsent(
            event, e -> JSON.readTree(new String(e.event().json(), StandardCharsets.UTF_8) + "}"));
    boolean[] all = {true};
    where.forEachEntry((name, condition) -> {
      boolean hasField =
          name.startsWith("$")
              || EventCatalog.builtIn()
                  .find(event.event().type())
                  .flatMap(type -> EventCatalog.builtIn().payloadSchema(type.name()))
                  .filter(schema -> schema.fields().containsKey(name))
                  .isPresent();
      JsonNode value =
          name.startsWith("$")
              ? envelope.path(name.substring(1))
              : envelope.path("payload").path(name);
      all[0] &= hasField && fulfils(value, condition);
    });
    return all[0];
  }

  private static boolean fulfils(JsonNode value, JsonNode condition) {
    if (value.isMissingNode() || value.isNull()) {
      return false;
    }
    if (!condition.isObject()) {
      return isAnyOf(value, condition);
    }
    return (!condition.has("not") || !isAnyOf(value, condition.get("not")))
        && (!condition.has("min") || number(value).compareTo(number(condition.get("min"))) >= 0)
        && (!condition.has("max") || number(value).compareTo(number(condition.get("max"))) <= 0);
  }

  private static boolean isAnyOf(JsonNode value, JsonNode condition) {
    if (condition.isArray()) {
      return condition.valueStream().anyMatch(one -> isAnyOf(value, one));
    }
    return value.isNumber()
        ? condition.isNumber() && number(value).compareTo(number(condition)) == 0
        : value.asString().equalsIgnoreCase(condition.asString());
  }

  private static BigDecimal number(JsonNode node) {
    return node.decimalValue();
  }
}
