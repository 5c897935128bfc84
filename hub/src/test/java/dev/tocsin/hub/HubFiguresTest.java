package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Slice;
import dev.tocsin.events.Where;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Each figure moves by what has happened.
class HubFiguresTest {

  private static final long SECOND = 1_000_000_000L;

  private final InMemoryEventLog log = new InMemoryEventLog("epoch", 1 << 20);
  private final Hub hub = new Hub(EventCatalog.builtIn(), log, () -> Instant.EPOCH, 1 << 20);
  private final ManualExecutor owner = new ManualExecutor();
  private final ManualExecutor otherOwner = new ManualExecutor();
  private final RecordedOutput outputs = new RecordedOutput();
  private final Shard<String> shard = hub.newShard(owner, outputs);
  private final Shard<String> other = hub.newShard(otherOwner, outputs);

  private static final Where FRONT = Where.of("{\"camera_id\":\"front\"}");
  private static final Where YARD = Where.of("{\"camera_id\":\"yard\"}");
  private static final List<EventPattern> DETECTIONS = List.of(EventPattern.of("detection.*"));

  private static String detection(String camera) {
    return ("{'type':'detection.new','payload':{'detection_id':'d','event_id':'e','camera_id':'%s',"
            + "'label':'person','confidence':0.5,'timestamp':'2026-01-09T12:00:00Z'}}")
        .formatted(camera)
        .replace('\'', '"');
  }

  private static Slice slice(String event) {
    return Slice.of(event);
  }

  private void publish(String... events) {
    hub.publish(java.util.Arrays.stream(events).map(e -> new PublishCommand(slice(e))).toList())
        .join();
    owner.runAll();
    otherOwner.runAll();
  }

  private void subscribe(Shard<String> to, String connection, @Nullable Where where) {
    to.join(connection);
    to.subscribe(connection, DETECTIONS, where);
  }

  @Test
  void countsWhatConditionsDoNotLetThroughForEachLiveConnection() {
    subscribe(shard, "front", FRONT);
    subscribe(shard, "twin", FRONT);
    subscribe(other, "yard", YARD);
    subscribe(shard, "all", null);

    publish(detection("front"), detection("nowhere"));

    assertThat(hub.stats().filtered()).isEqualTo(1 + 3);
    assertThat(hub.stats().deliveredByType()).isEqualTo(Map.of("detection.new", 2L + 2));
  }

  @Test
  void countsByTheSubscriptionsOfTheMoment() {
    subscribe(shard, "a", FRONT);
    publish(detection("yard"));
    subscribe(shard, "a", YARD);
    publish(detection("yard"));
    shard.grant("a", new Grants(List.of(new Grants.Grant(DETECTIONS, FRONT))));
    publish(detection("yard"));
    assertThat(hub.stats().filtered()).as("both together let nothing through").isEqualTo(1);

    subscribe(shard, "a", null);
    publish(detection("yard"));
    assertThat(hub.stats().filtered()).isEqualTo(2);
    shard.unsubscribe("a", DETECTIONS);
    publish(detection("yard"));
    assertThat(hub.stats().filtered()).isEqualTo(2);
    subscribe(shard, "a", FRONT);
    shard.leave("a");
    publish(detection("yard"));
    assertThat(hub.stats().filtered()).isEqualTo(2);
  }

  @Test
  void aLaggingConnectionIsInNoAudience() {
    subscribe(shard, "a", FRONT);
    subscribe(shard, "b", FRONT);
    assertThat(hub.stats().audiences()).isEqualTo(1);
    Replay<String> replay = shard.replay("a", 0, 0);
    publish(detection("front"), detection("yard"));

    assertThat(hub.stats().lagging()).isEqualTo(1);
    assertThat(hub.stats().filtered()).isEqualTo(1);
    assertThat(hub.stats().delivered()).isEqualTo(1);
    assertThat(replay.advance(1 << 20, new Discarding())).isEqualTo(Replay.Progress.CAUGHT_UP);
    assertThat(hub.stats().lagging()).isZero();
    assertThat(hub.stats().filtered()).isEqualTo(1);
    assertThat(hub.stats().deliveredByType()).isEqualTo(Map.of("detection.new", 2L));
    shard.replay("b", 0, 0);
    shard.leave("b");
    assertThat(hub.stats().lagging()).isZero();
    shard.leave("a");
    assertThat(hub.stats().audiences()).isZero();
  }

  private static final class Discarding implements Replay.Sink {

    @Override
    public void event(LoggedEvent event, long previous) {}

    @Override
    public void gap(long from, long to) {
      throw new AssertionError();
    }
  }

  @Test
  void anEventIsDeliveredWhenTheLastShardHasPassedIt() {
    subscribe(shard, "a", null);
    subscribe(other, "b", null);
    hub.publish(new PublishCommand(slice(detection("front")))).join();

    owner.runAll();
    assertThat(hub.stats().deliveries().count()).isZero();
    otherOwner.runAll();
    assertThat(hub.stats().deliveries().count()).isEqualTo(1);
  }

  @Test
  void anAppendLastsFromTheFirstByte() {
    hub.publish(
            new PublishCommand(
                slice(detection("front")), null, "", null, System.nanoTime() - 3 * SECOND))
        .join();
    hub.publish(new PublishCommand(slice(detection("front")))).join();

    DurationFigures appends = hub.stats().appends();
    assertThat(appends.count()).isEqualTo(2);
    assertThat(appends.seconds()).isBetween(3.0, 4.9);
    assertThat(appends.counts().get(DurationFigures.UPPER_BOUNDS_SECONDS.indexOf(5.0))).isOne();
  }

  @Test
  void refusalsCountByTypeAndCode() {
    EventFilter jobs = hub.filter(new Grants(List.of(grant("job.*", null))));
    EventFilter front = hub.filter(new Grants(List.of(grant("detection.*", FRONT))));
    hub.publish(
            List.of(
                new PublishCommand(slice(detection("front")), null, jobs),
                new PublishCommand(slice(detection("yard")), null, front),
                new PublishCommand(slice(detection("front")), null, front),
                new PublishCommand(slice("{\"type\":\"no.such\",\"payload\":{}}")),
                new PublishCommand(slice("{\"type\":\"job.progress\"}")),
                new PublishCommand(slice("{")),
                new PublishCommand(slice(detection("front")), "key"),
                new PublishCommand(slice(detection("yard")), "key"),
                new PublishCommand(slice(detection("yard")), "")))
        .join();
    log.close();
    hub.publish(new PublishCommand(slice(detection("yard")))).join();

    assertThat(hub.stats().refused())
        .isEqualTo(
            Map.of(
                new HubStats.Refused("detection.new", ErrorCode.FORBIDDEN), 2L,
                new HubStats.Refused("", ErrorCode.UNKNOWN_EVENT_TYPE), 1L,
                new HubStats.Refused("job.progress", ErrorCode.INVALID_PAYLOAD), 1L,
                new HubStats.Refused("", ErrorCode.INVALID_JSON), 1L,
                new HubStats.Refused("detection.new", ErrorCode.IDEMPOTENCY_CONFLICT), 1L,
                new HubStats.Refused("", ErrorCode.INVALID_MESSAGE), 1L,
                new HubStats.Refused("detection.new", ErrorCode.UNAVAILABLE), 1L));
    assertThat(hub.stats().rejected()).as("refused for what they said").isEqualTo(7);
    assertThat(hub.stats().appends().count()).isEqualTo(2);
  }

  private static Grants.Grant grant(String pattern, @Nullable Where where) {
    return new Grants.Grant(List.of(EventPattern.of(pattern)), where);
  }

  @Test
  void typesThatOnlyTheLogKnowsAreCountedByTheirNames() {
    shard.join("a");
    log.append(SampleEvents.appends("door.opened", "alert.deleted"));
    owner.runAll();
    otherOwner.runAll();

    assertThat(hub.stats().deliveredByType())
        .isEqualTo(Map.of("door.opened", 1L, "alert.deleted", 1L));
    assertThat(hub.stats().deliveries().count()).isEqualTo(2);
  }
}
