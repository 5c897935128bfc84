package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Slice;
import dev.tocsin.events.Suggestions;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.Where;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.hub.PublishResult.Published;
import dev.tocsin.hub.PublishResult.Refused;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HubTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String GOOD =
      "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"},"
          + "\"timestamp\":\"2025-01-01T00:00:00+01:00\"}";
  private static final String WITHOUT_TIMESTAMP =
      "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"b\"}}";
  private static final String BAD_PAYLOAD = "{\"type\":\"alert.deleted\",\"payload\":{}}";

  private final EventLog log = new InMemoryEventLog("epoch", 1 << 20);
  private final Hub hub = new Hub(EventCatalog.builtIn(), log, () -> NOW, 1 << 20);

  private List<PublishResult> publish(String... events) {
    CompletableFuture<List<PublishResult>> results =
        hub.publish(
            Arrays.stream(events).map(event -> new PublishCommand(Slice.of(event))).toList());
    assertThat(results).isCompleted();
    return results.join();
  }

  @Test
  void givesEachEventItsPlaceAndItsTimestamp() {
    assertThat(publish(GOOD)).containsExactly(new Published(1, "2025-01-01T00:00:00+01:00"));
    assertThat(publish(WITHOUT_TIMESTAMP, GOOD))
        .extracting(result -> ((Published) result).sequence())
        .containsExactly(2L, 3L);
    assertThat(Instant.parse(((Published) publish(WITHOUT_TIMESTAMP).getFirst()).timestamp()))
        .isEqualTo(NOW);
    assertThat(Logs.newest(log)).isEqualTo(4);
  }

  @Test
  void answersAMixedBatchInItsOrderAndAppendsTheGoodOnesNextToEachOther() {
    List<PublishResult> results =
        publish(BAD_PAYLOAD, GOOD, "{", WITHOUT_TIMESTAMP, "{\"type\":\"no.such\"}", GOOD);

    assertThat(results)
        .extracting(result ->
            switch (result) {
              case Published published -> published.sequence();
              case Refused refused -> refused.rejection().code();
            })
        .containsExactly(
            ErrorCode.INVALID_PAYLOAD,
            1L,
            ErrorCode.INVALID_JSON,
            2L,
            ErrorCode.UNKNOWN_EVENT_TYPE,
            3L);
    assertThat(Logs.readAll(log, 0))
        .extracting(logged -> new String(logged.event().payload(), StandardCharsets.UTF_8))
        .containsExactly("{\"id\":\"a\"}", "{\"id\":\"b\"}", "{\"id\":\"a\"}");
  }

  @Test
  void appendsNothingWhenNothingIsGood() {
    assertThat(publish(BAD_PAYLOAD, "[]")).hasOnlyElementsOfType(Refused.class);
    assertThat(publish()).isEmpty();
    assertThat(Logs.newest(log)).isZero();
  }

  @Test
  void publishesAnEventThatTheProgramMade() {
    WebSocketEvent event =
        EventCatalog.builtIn().createEvent(new AlertDeletedPayload("a", null), "id", null);

    PublishResult result = hub.publish(PublishCommand.of(event)).join();

    assertThat(result).isEqualTo(new Published(1, event.timestamp()));
    assertThat(Logs.readAll(log, 0).getFirst().event().correlationId()).hasValue("id");
  }

  @Test
  void saysOfEachGoodEventThatTheLogIsUnavailable() {
    log.close();

    assertThat(publish(GOOD, BAD_PAYLOAD, GOOD))
        .extracting(result -> ((Refused) result).rejection().code())
        .containsExactly(ErrorCode.UNAVAILABLE, ErrorCode.INVALID_PAYLOAD, ErrorCode.UNAVAILABLE);
    assertThat(hub.stats().published()).isZero();
    assertThat(hub.stats().rejected()).isEqualTo(1);
  }

  @Test
  void anEventWhoseValidationBreaksDownDoesItsNeighboursNoHarm() {
    AtomicInteger questions = new AtomicInteger();
    Hub fragile =
        new Hub(
            EventCatalog.builtIn(),
            new InMemoryEventLog("epoch", 1 << 20),
            () -> {
              if (questions.incrementAndGet() == 2) {
                throw new IllegalStateException("the clock broke");
              }
              return NOW;
            },
            1 << 20);
    PublishCommand command = new PublishCommand(Slice.of(WITHOUT_TIMESTAMP));

    List<PublishResult> results = fragile.publish(List.of(command, command, command)).join();

    assertThat(results)
        .extracting(result ->
            switch (result) {
              case Published published -> published.sequence();
              case Refused refused -> refused.rejection().code();
            })
        .containsExactly(1L, ErrorCode.INTERNAL_ERROR, 2L);
  }

  @Test
  void oneCallHasOneBudgetOfSuggestions() {
    String[] slips = new String[50];
    Arrays.fill(slips, "{\"type\":\"alert.craeted\",\"payload\":{}}");

    assertThat(publish(slips))
        .extracting(result -> ((Refused) result).rejection().message())
        .filteredOn(message -> message.contains("did you mean"))
        .hasSize(Suggestions.Budget.PER_TURN);
  }

  @Test
  void idempotencyKeysAreCountedInCharacters() {
    Slice event = Slice.of(GOOD);
    String longest = "\uD83D\uDD14".repeat(IdempotencyKey.MAX_LENGTH);

    assertThat(hub.publish(new PublishCommand(event, longest)).join())
        .isInstanceOf(Published.class);
    assertThat(hub.publish(new PublishCommand(event, longest + "a")).join())
        .isInstanceOf(Refused.class);
    assertThat(hub.publish(new PublishCommand(event, "")).join()).isInstanceOf(Refused.class);
  }

  @Test
  void countsWhatItHasDone() {
    ManualExecutor owner = new ManualExecutor();
    RecordedOutput outputs = new RecordedOutput();
    Shard<String> first = hub.newShard(owner, outputs);
    Shard<String> second = hub.newShard(owner, outputs);
    first.join("a");
    first.join("b", null, List.of(EventPattern.of("job.*"), EventPattern.of("alert.*")), null);
    second.join("c", null, List.of(EventPattern.of("job.*")), null);
    publish(GOOD, GOOD, BAD_PAYLOAD);
    owner.runAll();

    HubStats stats = hub.stats();
    assertThat(stats.subscriptions()).isEqualTo(new SubscriptionStats(3, 2, 1, 3));
    assertThat(stats.audiences()).isEqualTo(3);
    assertThat(stats.lagging()).isZero();
    assertThat(stats.publishedByType()).isEqualTo(Map.of("alert.deleted", 2L));
    assertThat(stats.refused())
        .isEqualTo(Map.of(new HubStats.Refused("alert.deleted", ErrorCode.INVALID_PAYLOAD), 1L));
    assertThat(stats.deliveredByType()).isEqualTo(Map.of("alert.deleted", 4L));
    assertThat(stats.filtered()).isZero();
    assertThat(stats.appends().count()).isEqualTo(2);
    assertThat(stats.deliveries().count()).isEqualTo(2);

    first.leave("b");
    second.silence("c");

    assertThat(hub.stats().subscriptions()).isEqualTo(new SubscriptionStats(2, 1, 1, 0));
  }

  @Test
  void anAcknowledgedEventIsAtOrBelowThePositionOfWhoJoinsAfterIt() {
    RecordedOutput outputs = new RecordedOutput();
    ManualExecutor owner = new ManualExecutor();
    Shard<String> shard = hub.newShard(owner, outputs);
    publish(GOOD, GOOD);

    assertThat(shard.join("a")).isEqualTo(2);
    owner.runAll();

    assertThat(outputs.of("a")).isEmpty();
  }

  @Test
  void goesOnWithALogThatHoldsTypesOfAnEarlierCatalog() {
    EventLog old = new InMemoryEventLog("old", 1 << 20);
    old.append(SampleEvents.appends("door.opened", "alert.deleted"));
    Hub later = new Hub(EventCatalog.builtIn(), old, () -> NOW, 1 << 20);
    RecordedOutput outputs = new RecordedOutput();
    ManualExecutor owner = new ManualExecutor();
    Shard<String> shard = later.newShard(owner, outputs);

    assertThat(shard.join("a")).isEqualTo(2);
    assertThat(shard.join("b", null, List.of(EventPattern.of("alert.*")), null)).isEqualTo(2);
    assertThat(
            shard.join(
                "d", null, List.of(EventPattern.of("door.*"), EventPattern.of("job.*")), null))
        .isEqualTo(2);
    later.publish(new PublishCommand(Slice.of(GOOD))).join();
    owner.runAll();

    assertThat(outputs.sequencesOf("a")).containsExactly(3L);
    assertThat(outputs.previousOf("a")).containsExactly(2L);
    assertThat(outputs.previousOf("b")).containsExactly(2L);
    assertThat(outputs.of("d")).isEmpty();
  }

  @Test
  void warnsOfPatternsThatMatchNoType() {
    assertThat(hub.warnings(List.of(EventPattern.of("alert.*"), EventPattern.of("alrt.*"))))
        .singleElement()
        .extracting(PatternWarning::suggestion)
        .isEqualTo("alert.*");
  }

  @Test
  void refusesWhatIsNotGrantedByItsTypeAndByItsFields() {
    Grants grants =
        new Grants(
            List.of(
                new Grants.Grant(List.of(EventPattern.of("job.*")), null),
                new Grants.Grant(List.of(EventPattern.of("alert.*")), Where.of("{\"id\":\"a\"}"))));
    EventFilter granted = hub.filter(grants);
    List<PublishCommand> commands =
        Stream.of(GOOD, WITHOUT_TIMESTAMP, GOOD)
            .map(event -> new PublishCommand(Slice.of(event), null, granted))
            .toList();

    assertThat(hub.publish(commands).join())
        .extracting(result -> result instanceof Refused refused ? refused.rejection().code() : null)
        .containsExactly(null, ErrorCode.FORBIDDEN, null);
    assertThat(Logs.newest(log)).isEqualTo(2);
    assertThat(hub.filter((Grants) null)).isNull();
  }
}
