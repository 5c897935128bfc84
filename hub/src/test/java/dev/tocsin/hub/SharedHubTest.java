package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Slice;
import dev.tocsin.hub.PublishResult.Published;
import dev.tocsin.hub.PublishResult.Refused;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A hub on a log that is not its own: it hands on later than it answers, others append to it, it loses events
/// and begins new epochs.
@Timeout(60)
class SharedHubTest {

  private static final String EVENT = "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"}}";
  private static final int MEMORY = 1 << 20;

  private final SharedLog log = new SharedLog(new InMemoryEventLog("first", 1 << 24));
  private final Hub hub = new Hub(EventCatalog.builtIn(), log, () -> Instant.EPOCH, MEMORY);
  private final RecordedOutput outputs = new RecordedOutput();
  private final ManualExecutor owner = new ManualExecutor();
  private final List<String> restarts = new ArrayList<>();
  private final Shard<String> shard =
      hub.newShard(
          new ShardOwner() {
            @Override
            public void execute(Runnable task) {
              owner.execute(task);
            }

            @Override
            public void failed(Throwable failure) {
              owner.failed(failure);
            }

            @Override
            public void restarted() {
              restarts.add("restarted");
            }
          },
          outputs);

  @AfterEach
  void close() {
    log.close();
  }

  private CompletableFuture<PublishResult> publish() {
    return hub.publish(new PublishCommand(Slice.of(EVENT)));
  }

  private void append(String... types) {
    EventLogContract.append(log, types);
  }

  private static List<EventPattern> patterns(String... texts) {
    return Stream.of(texts).map(EventPattern::of).toList();
  }

  /// Turns of the shard until something holds.
  private void turnUntil(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      owner.runAll();
      Thread.onSpinWait();
    }
  }

  @Test
  void answersAPublishWhenItsEventHasBeenHandedOn() throws Exception {
    CompletableFuture<Void> goOn = log.pause();

    CompletableFuture<PublishResult> published = publish();
    assertThat(published).isNotDone();
    assertThat(shard.join("early")).isZero();
    goOn.complete(null);

    assertThat(published.get(30, TimeUnit.SECONDS)).isInstanceOf(Published.class);
    assertThat(shard.join("late")).isEqualTo(1);
  }

  @Test
  void saysOfAnEventThatIsNotHandedOnThatNobodyKnows() throws Exception {
    CompletableFuture<Void> goOn = log.pause();
    log.impatient = true;

    PublishResult result = publish().get(30, TimeUnit.SECONDS);
    goOn.complete(null);

    assertUncertain(result);
  }

  @Test
  void saysOfAnEventWhoseAnswerIsLostThatNobodyKnows() throws Exception {
    log.forgetful = true;

    assertUncertain(publish().get(30, TimeUnit.SECONDS));
    assertThat(hub.stats().rejected()).isZero();
  }

  private static void assertUncertain(PublishResult result) {
    assertThat(result)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.rejection().code()).isEqualTo(ErrorCode.UNAVAILABLE);
              assertThat(refused.rejection().uncertain()).isTrue();
              assertThat(refused.rejection().message()).contains("same idempotency key");
            });
  }

  @Test
  void deliversTypesThatNobodyHereKnewToWhosePatternsMatch() {
    shard.join("all");
    shard.join("doors", null, patterns("door.*", "alert.created"), null);
    shard.join("alerts", null, patterns("alert.created"), null);
    append("alert.created", "door.opened", "door.closed", "alert.created");
    turnUntil(() -> outputs.eventsOf("alerts").size() == 2);

    assertThat(outputs.sequencesOf("all")).containsExactly(1L, 2L, 3L, 4L);
    assertThat(outputs.previousOf("all")).containsExactly(0L, 1L, 2L, 3L);
    assertThat(outputs.sequencesOf("doors")).containsExactly(1L, 2L, 3L, 4L);
    assertThat(outputs.previousOf("doors")).containsExactly(0L, 1L, 2L, 3L);
    assertThat(outputs.previousOf("alerts")).containsExactly(0L, 1L);
    assertThat(hub.filter(patterns("door.o*"), null, null).types().takes("door.opened")).isTrue();
  }

  @Test
  void sendsWhoHasNotPassedALostStretchToTheLogWhichNamesIt() {
    shard.join("all");
    append("alert.created");
    turnUntil(() -> outputs.eventsOf("all").size() == 1);
    log.lose(3);
    append("alert.created");
    turnUntil(() -> shard.position() == 5);
    append("alert.created");
    turnUntil(() -> shard.position() == 6);

    assertThat(outputs.of("all").get(1)).isEqualTo(new RecordedOutput.Lagging(1, 1));
    assertThat(replay(shard.replay("all", 1, 1)))
        .containsExactly("gap 2 to 4", "event 5 after 4", "event 6 after 5");
  }

  /// What somebody is given who reads on until he has caught up.
  private List<String> replay(Replay<String> replay) {
    List<String> given = new ArrayList<>();
    Replay.Sink sink =
        new Replay.Sink() {
          @Override
          public void event(LoggedEvent event, long previous) {
            given.add("event " + event.sequence() + " after " + previous);
          }

          @Override
          public void gap(long from, long to) {
            if (!given.isEmpty() && given.getLast().endsWith(" to " + (from - 1))) {
              given.add(given.removeLast().replace("to " + (from - 1), "to " + to));
            } else {
              given.add("gap " + from + " to " + to);
            }
          }
        };
    Replay.Progress progress = replay.advance(1 << 20, sink);
    while (progress == Replay.Progress.NOT_HELD || progress == Replay.Progress.MORE) {
      progress =
          progress == Replay.Progress.MORE
              ? replay.advance(1 << 20, sink)
              : replay.take(
                  Logs.await(log.read(replay.position(), replay.filter(), 100, 1 << 20)),
                  replay.filter(),
                  1 << 20,
                  sink);
    }
    return given;
  }

  @Test
  void aNewEpochTakesThePlaceOfWhoeverStoodInTheEarlierOne() {
    shard.join("old");
    append("alert.created");
    turnUntil(() -> outputs.eventsOf("old").size() == 1);
    Replay<String> lagging = shard.replay("lagging", 0, 0);
    InMemoryEventLog other = new InMemoryEventLog("second", 1 << 20);
    other.append(SampleEvents.appends("door.opened", "alert.created", "job.started"));

    log.become(other);
    turnUntil(() -> !restarts.isEmpty());
    long joined = shard.join("new");
    append("alert.created");
    turnUntil(() -> !outputs.of("new").isEmpty());

    assertThat(shard.epoch()).isEqualTo("second");
    assertThat(joined).isEqualTo(3);
    assertThat(outputs.sequencesOf("new")).containsExactly(4L);
    assertThat(outputs.previousOf("new")).containsExactly(3L);
    assertThat(outputs.sequencesOf("old")).containsExactly(1L);
    assertThat(restarts).hasSize(1);
    assertThat(replay(lagging)).isEmpty();
    assertThat(lagging.position()).isZero();
  }

  @Test
  void whoJoinsBeforeTheShardHasNoticedStandsInTheNewEpoch() {
    append("alert.created");
    InMemoryEventLog other = new InMemoryEventLog("second", 1 << 20);

    log.become(other);
    long joined = shard.join("new");

    assertThat(joined).isZero();
    assertThat(shard.epoch()).isEqualTo("second");
    append("job.started");
    turnUntil(() -> !outputs.of("new").isEmpty());
    assertThat(outputs.sequencesOf("new")).containsExactly(1L);
  }

  @Test
  void aPublishThatANewEpochOvertakesIsUncertain() throws Exception {
    append("alert.created");
    CompletableFuture<Void> never = log.pause();
    CompletableFuture<PublishResult> published = publish();
    log.become(new InMemoryEventLog("second", 1 << 20));
    log.impatient = true;

    assertUncertain(published.get(30, TimeUnit.SECONDS));
    never.complete(null);
  }

  @Test
  void aPublishThatIsAnsweredInANewEpochIsUncertainHoweverLowItsSequence() throws Exception {
    try (SharedLog shared = new SharedLog(new InMemoryEventLog("first", 1 << 20))) {
      CompletableFuture<List<AppendResult>> answer = new CompletableFuture<>();
      EventLog late =
          new ForwardingLog(shared) {
            @Override
            public CompletableFuture<List<AppendResult>> append(List<Append> appends) {
              return answer;
            }
          };
      EventLogContract.append(shared, "alert.created", "alert.created");
      Hub early = new Hub(EventCatalog.builtIn(), late, () -> Instant.EPOCH, MEMORY);
      CompletableFuture<PublishResult> published =
          early.publish(new PublishCommand(Slice.of(EVENT)));
      shared.impatient = true;

      shared.become(new InMemoryEventLog("second", 1 << 20));
      answer.complete(List.of(new AppendResult.Stored(1, "2026-01-09T12:00:00.000Z")));

      assertUncertain(published.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void aReplayEndsWithItsEpochAlsoBeforeTheShardHasHeardOfIt() {
    append("alert.created");
    turnUntil(() -> shard.position() == 1);
    Replay<String> lagging = shard.replay("lagging", 0, 0);

    log.become(new InMemoryEventLog("second", 1 << 20));

    assertThat(replay(lagging)).isEmpty();
    assertThat(shard.epoch()).isEqualTo("first");
  }
}
