package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Doc;
import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.Key;
import dev.tocsin.events.KeyReader;
import dev.tocsin.events.PayloadSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LatestEventsTest {

  private static final int ALL = 1 << 20;

  private static final EventCatalog BUILT_IN = EventCatalog.builtIn();

  @Key("door_id")
  record ByDoor(
      @Doc(value = "x", example = "a") @Nullable String doorId,
      @Doc(value = "x", example = "7") @Nullable Long room) {}

  @Key("room")
  record ByRoom(
      @Doc(value = "x", example = "a") @Nullable String doorId,
      @Doc(value = "x", example = "7") @Nullable Long room) {}

  record ByNothing(
      @Doc(value = "x", example = "a") @Nullable String doorId,
      @Doc(value = "x", example = "7") @Nullable Long room) {}

  private static final List<EventCatalog> CATALOGS =
      List.of(BUILT_IN, with(ByDoor.class), with(ByRoom.class), with(ByNothing.class));

  private final List<Hub> hubs = new ArrayList<>();

  private static EventCatalog with(Class<? extends Record> payload) {
    return BUILT_IN.with(
        EventType.of("door.opened", "doors", "A door was opened", PayloadSchema.of(payload)));
  }

  private static NotedLog newLog() {
    return new NotedLog(new InMemoryEventLog("epoch", 1 << 24));
  }

  private Hub hub(EventLog log) {
    return hub(log, BUILT_IN);
  }

  private Hub hub(EventLog log, EventCatalog catalog) {
    Hub hub = new Hub(catalog, log, InstantSource.system(), 1 << 16);
    hubs.add(hub);
    return hub;
  }

  @AfterEach
  void close() {
    hubs.forEach(Hub::close);
  }

  private static EncodedEvent event(String type, String payload) {
    return EncodedEvent.of(
        type, payload.getBytes(StandardCharsets.UTF_8), SampleEvents.TIMESTAMP, null, null);
  }

  private static void append(EventLog log, String type, String payload) {
    append(log, List.of(event(type, payload)));
  }

  private static void append(EventLog log, List<EncodedEvent> events) {
    Logs.await(log.append(events.stream().map(event -> new Append(event, null)).toList()));
  }

  private static LatestEvents.Chosen latest(Hub hub) {
    return latest(hub, TypeFilter.ALL);
  }

  private static LatestEvents.Chosen latest(Hub hub, TypeFilter types) {
    return Logs.await(hub.latest().choose(types, 0, Long.MAX_VALUE, ALL, false));
  }

  /// What a look at every event of the log finds.
  private static long[] naive(EventLog log, EventCatalog catalog) {
    Map<List<String>, Long> newest = new HashMap<>();
    for (LoggedEvent event : Logs.readAll(log, 0)) {
      String type = event.event().type();
      KeyReader reader =
          new KeyReader(
              catalog
                  .find(type)
                  .map(EventType::payload)
                  .flatMap(PayloadSchema::keyField)
                  .orElse("\0none"));
      String key = reader.read(event.event()) ? reader.isNumber() + reader.text() : "none";
      newest.put(List.of(type, key), event.sequence());
    }
    return newest.values().stream().mapToLong(Long::longValue).sorted().toArray();
  }

  private static void assertRight(Hub hub, EventLog log) {
    LatestEvents.Chosen chosen = latest(hub);
    assertThat(chosen.sequences()).isEqualTo(naive(log, hub.catalog()));
    assertThat(chosen.position()).isEqualTo(log.state().newest());
    assertThat(chosen.epoch()).isEqualTo(log.state().epoch());
    assertThat(chosen.more()).isFalse();
    assertThat(chosen.forgotten()).isEmpty();
  }

  @Test
  void namesTheNewestEventOfEachTypeAndKey() {
    NotedLog log = newLog();
    Hub hub = hub(log);
    append(log, "camera.online", "{\"camera_id\":\"a\"}"); // 1
    append(log, "camera.online", "{\"camera_id\":\"b\"}"); // 2
    append(log, "camera.offline", "{\"camera_id\":\"a\"}"); // 3
    append(log, "camera.online", "{\"camera_id\":\"\\u0061\"}"); // 4
    append(log, "gpu.stats_updated", "{}"); // 5
    append(log, "gpu.stats_updated", "{}"); // 6
    append(log, "nobody.knows", "{\"camera_id\":\"a\"}"); // 7
    append(log, "nobody.knows", "{\"camera_id\":\"b\"}"); // 8
    append(log, "event.created", "{\"id\":1}"); // 9
    append(log, "event.created", "{\"id\":1.0}"); // 10
    append(log, "camera.online", "{\"camera_id\":null}"); // 11

    assertThat(latest(hub).sequences()).containsExactly(2, 3, 4, 6, 8, 10, 11);
    assertThat(latest(hub, TypeFilter.of(Set.of("camera.online"))).sequences())
        .containsExactly(2, 4, 11);
    assertRight(hub, log);
  }

  @Test
  void choosesWithinBounds() {
    NotedLog log = newLog();
    Hub hub = hub(log);
    for (int i = 1; i <= 1_000; i++) {
      append(log, "camera.online", "{\"camera_id\":\"c" + i + "\"}");
    }

    LatestEvents.Chosen first = choose(hub, 10, Long.MAX_VALUE, 20, false);
    assertThat(first.sequences()).isEqualTo(LongStream.rangeClosed(11, 30).toArray());
    assertThat(first.more()).isTrue();
    LatestEvents.Chosen last = choose(hub, 980, Long.MAX_VALUE, 20, false);
    assertThat(last.sequences()).isEqualTo(LongStream.rangeClosed(981, 1_000).toArray());
    assertThat(last.more()).isFalse();
    LatestEvents.Chosen newest = choose(hub, 0, 900, 20, true);
    assertThat(newest.sequences()).isEqualTo(LongStream.rangeClosed(881, 900).toArray());
    assertThat(newest.more()).isTrue();
    assertThat(choose(hub, 0, 15, 20, true).more()).isFalse();
  }

  private static LatestEvents.Chosen choose(
      Hub hub, long after, long upTo, int max, boolean newestOnes) {
    return Logs.await(hub.latest().choose(TypeFilter.ALL, after, upTo, max, newestOnes));
  }

  /// The oracle: whatever is published, whatever retention deletes, whenever the process ends and whichever catalog it comes
  /// back with, the index says what a look at the whole log says.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void saysWhatALookAtTheWholeLogSays(int seed) {
    Random random = new Random(seed);
    // Small enough for retention to be at work.
    NotedLog log = new NotedLog(new InMemoryEventLog("epoch", seed % 2 == 0 ? 300_000 : 1 << 24));
    Hub hub = hub(log);
    for (int round = 0; round < 60; round++) {
      append(log, randomEvents(random));
      switch (random.nextInt(6)) {
        case 0 -> hub = hub(log, CATALOGS.get(random.nextInt(CATALOGS.size()))); // a crash
        case 1 -> {
          hub.close();
          append(log, randomEvents(random));
          hub = hub(log, CATALOGS.get(random.nextInt(CATALOGS.size())));
          append(log, randomEvents(random));
        }
        case 2 -> spoil(log, random);
        default -> assertRight(hub, log);
      }
      assertRight(hub, log);
    }
  }

  private static List<EncodedEvent> randomEvents(Random random) {
    List<EncodedEvent> events = new ArrayList<>();
    for (int i = random.nextInt(40); i >= 0; i--) {
      String id = Integer.toString(random.nextInt(60));
      events.add(
          switch (random.nextInt(6)) {
            case 0 -> event("camera.online", "{\"camera_id\":\"" + id + "\"}");
            case 1 -> event("event.created", "{\"x\":[1],\"id\":" + id + "}");
            case 2 -> event("gpu.stats_updated", "{\"id\":" + id + "}");
            case 3 -> event("door.opened", "{\"door_id\":\"d" + id + "\",\"room\":" + id + ".0}");
            case 4 -> event("door.opened", "{\"room\":" + id.length() + "}");
            default -> event("nobody.knows", "{}");
          });
    }
    return events;
  }

  private static void spoil(NotedLog log, Random random) {
    byte[] note = log.note;
    if (note == null) {
      return;
    }
    if (random.nextInt(4) == 0) {
      log.note = null;
    } else if (random.nextBoolean()) {
      log.note = Arrays.copyOf(note, random.nextInt(note.length));
    } else {
      byte[] spoilt = note.clone();
      spoilt[random.nextInt(spoilt.length)] ^= (byte) (1 << random.nextInt(8));
      log.note = spoilt;
    }
  }

  @Test
  void afterARestartOnlyWhatCameAfterTheNoteIsRead() {
    CountedReads counted = new CountedReads(new InMemoryEventLog("epoch", 1 << 24));
    NotedLog log = new NotedLog(counted);
    Hub before = hub(log);
    append(log, cameras(0, 5_000));
    before.close();
    append(log, cameras(4_000, 200));

    Hub after = hub(log);

    assertRight(after, log);
    // The note's witness and 200 for the index, and all of them for the oracle.
    assertThat(counted.events()).isEqualTo(1 + 200 + 5_200);
  }

  private static List<EncodedEvent> cameras(int first, int count) {
    List<EncodedEvent> events = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      events.add(event("camera.online", "{\"camera_id\":\"c" + i + "\"}"));
    }
    return events;
  }

  @Test
  void onlyTheTypeWhoseKeyHasChangedIsReadAnew() {
    CountedReads counted = new CountedReads(new InMemoryEventLog("epoch", 1 << 24));
    NotedLog log = new NotedLog(counted);
    Hub before = hub(log, with(ByDoor.class));
    append(log, cameras(0, 3_000));
    append(log, List.of(event("door.opened", "{\"door_id\":\"a\",\"room\":1}")));
    append(log, List.of(event("door.opened", "{\"door_id\":\"b\",\"room\":1}")));
    assertThat(latest(before).sequences()).hasSize(3_002);
    before.close();

    Hub after = hub(log, with(ByRoom.class));

    assertThat(latest(after).sequences()).hasSize(3_001).doesNotContain(3_001);
    // The note's witness, and the two of that type.
    assertThat(counted.events()).isEqualTo(1 + 2);
  }

  @Test
  void noteOfAnotherLogIsNotBelieved() {
    NotedLog one = newLog();
    Hub first = hub(one);
    append(one, cameras(0, 100));
    first.close();
    // The same epoch, as after a copy of the folder, but other events.
    NotedLog other = newLog();
    append(other, cameras(0, 60));
    append(other, cameras(0, 60));
    other.note = one.note;
    NotedLog stranger = new NotedLog(new InMemoryEventLog("another", 1 << 24));
    append(stranger, cameras(50, 120));
    stranger.note = one.note;
    // Behind the note.
    NotedLog behind = newLog();
    append(behind, cameras(0, 20));
    behind.note = one.note;

    for (NotedLog log : List.of(other, stranger, behind)) {
      assertRight(hub(log), log);
    }
  }

  @Test
  void whoAsksWaitsUntilTheLogHasBeenRead() {
    CountedReads log = new CountedReads(new InMemoryEventLog("epoch", 1 << 24));
    append(log, cameras(0, 10));
    log.failure = new IllegalStateException("not now");
    Hub hub = hub(log);
    append(log, cameras(5, 10));

    var asked =
        hub.latest().choose(TypeFilter.ALL, 0, Long.MAX_VALUE, ALL, false).toCompletableFuture();
    assertThat(asked).isNotDone();
    assertThat(hub.latest().figures().whole()).isFalse();
    log.failure = null;

    assertThat(Logs.await(asked).sequences())
        .isEqualTo(LongStream.rangeClosed(1, 20).filter(n -> n <= 5 || n > 10).toArray());
    assertThat(hub.latest().figures().whole()).isTrue();
  }

  @Test
  void anErrorWhileTheLogIsReadIsNotTheEnd() {
    AtomicBoolean fails = new AtomicBoolean(true);
    EventLog log =
        new ForwardingLog(new InMemoryEventLog("epoch", 1 << 24)) {
          @Override
          public CompletionStage<Page> read(
              long after, TypeFilter types, int maxEvents, int maxBytes) {
            if (fails.getAndSet(false)) {
              throw new OutOfMemoryError("for the test");
            }
            return super.read(after, types, maxEvents, maxBytes);
          }
        };
    append(log, cameras(0, 10));

    assertThat(latest(hub(log)).sequences()).hasSize(10);
  }

  @Test
  void newEpochBeginsAnew() {
    EventLog first = new InMemoryEventLog("first", 1 << 24);
    SharedLog log = new SharedLog(first);
    Hub hub = hub(log);
    append(log, cameras(0, 30));
    Logs.await(log.reach(30, Duration.ofSeconds(30)));
    assertThat(latest(hub).sequences()).hasSize(30);
    EventLog second = new InMemoryEventLog("second", 1 << 24);
    append(second, cameras(10, 5));
    append(second, cameras(12, 2));

    log.become(second);

    LatestEvents.Chosen chosen = latest(hub);
    assertThat(chosen.epoch()).isEqualTo("second");
    assertThat(chosen.sequences()).containsExactly(1, 2, 5, 6, 7);
    log.close();
  }

  @Test
  void tooManyKeysAreForgottenOldestFirstOfTheTypeThatHasTheMost() {
    NotedLog log = newLog();
    LatestEvents latest =
        new LatestEvents(BUILT_IN, log, Executors.newSingleThreadScheduledExecutor(), 1_000);
    latest.begin("epoch", 0);
    log.follow(0, following(latest));
    append(log, "service.status_changed", "{\"service\":\"detector\"}");
    append(log, cameras(0, 3_000));

    LatestEvents.Chosen chosen =
        Logs.await(latest.choose(TypeFilter.ALL, 0, Long.MAX_VALUE, ALL, false));
    assertThat(chosen.forgotten()).containsOnlyKeys("camera.online");
    long through = chosen.forgotten().get("camera.online");
    assertThat(through).isBetween(2_001L, 2_300L);
    // The service is older than all of them.
    assertThat(chosen.sequences())
        .isEqualTo(
            LongStream.concat(LongStream.of(1), LongStream.rangeClosed(through + 1, 3_001))
                .toArray());
    assertThat(latest.figures().keys()).isLessThanOrEqualTo(1_000);
    assertThat(latest.figures().forgotten()).isEqualTo(chosen.forgotten());
    assertThat(latest.figures().maxKeys()).isEqualTo(1_000);
    assertThat(latest.figures().dropped()).isEqualTo(Map.of("camera.online", through - 1));
    assertThat(
            Logs.await(
                    latest.choose(
                        TypeFilter.of(Set.of("service.status_changed")),
                        0,
                        Long.MAX_VALUE,
                        ALL,
                        false))
                .forgotten())
        .isEmpty();

    // A restart knows as well what was forgotten.
    latest.close();
    LatestEvents again =
        new LatestEvents(BUILT_IN, log, Executors.newSingleThreadScheduledExecutor(), 1_000);
    again.begin("epoch", 3_001);
    LatestEvents.Chosen after =
        Logs.await(again.choose(TypeFilter.ALL, 0, Long.MAX_VALUE, ALL, false));
    assertThat(after.sequences()).isEqualTo(chosen.sequences());
    assertThat(after.forgotten()).isEqualTo(chosen.forgotten());
    again.close();
  }

  private static Follower following(LatestEvents latest) {
    return new Follower() {
      @Override
      public void events(List<LoggedEvent> events) {
        latest.add(events);
      }

      @Override
      public void lost(long from, long to) {
        latest.skip(to);
      }

      @Override
      public void restarted(String epoch, long newest) {
        latest.restart(epoch, newest);
      }
    };
  }

  @Test
  void keysThatRetentionHasRemovedAreNotForgotten() {
    NotedLog log = new NotedLog(new InMemoryEventLog("epoch", 100_000));
    LatestEvents latest =
        new LatestEvents(BUILT_IN, log, Executors.newSingleThreadScheduledExecutor(), 1_000);
    latest.begin("epoch", 0);
    log.follow(0, following(latest));

    for (int i = 0; i < 50; i++) {
      append(log, cameras(100 * i, 100));
    }

    LatestEvents.Chosen chosen =
        Logs.await(latest.choose(TypeFilter.ALL, 0, Long.MAX_VALUE, ALL, false));
    assertThat(chosen.forgotten()).isEmpty();
    assertThat(chosen.sequences()).isEqualTo(naive(log, BUILT_IN));
    latest.close();
  }

  @Test
  void noteThatCannotBeWrittenCostsOnlyTime() throws IOException {
    NotedLog log = newLog();
    Hub hub = hub(log);
    append(log, cameras(0, 50));
    log.failure = new IOException("disk full");
    hub.close();

    assertRight(hub(log), log);
  }

  @Test
  void singleEventsAreReadFromMemoryAndFromTheLog() {
    NotedLog log = newLog();
    Hub hub = new Hub(BUILT_IN, log, InstantSource.system(), 20_000);
    hubs.add(hub);
    append(log, cameras(0, 500));
    long[] wanted = LongStream.rangeClosed(1, 500).filter(n -> n % 3 == 0).toArray();

    Set<Long> read = new TreeSet<>();
    int next = 0;
    while (next < wanted.length) {
      Page page = Logs.await(hub.readEach(Arrays.copyOfRange(wanted, next, wanted.length), 2_000));
      assertThat(page.lost()).isEmpty();
      for (LoggedEvent event : page.events()) {
        read.add(event.sequence());
        next++;
      }
      assertThat(page.position()).isEqualTo(wanted[next - 1]);
    }
    assertThat(read).containsExactlyElementsOf(LongStream.of(wanted).boxed().toList());
    assertThat(Collections.max(read)).isEqualTo(498);
  }
}
