package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.hub.RecordedOutput.Event;
import dev.tocsin.hub.RecordedOutput.FallenBehind;
import dev.tocsin.hub.RecordedOutput.Recorder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ShardTest {

  private static final int PLENTY = 1 << 26;

  private final InMemoryEventLog log = new InMemoryEventLog("epoch", PLENTY);
  private final Hub hub = hub(log, PLENTY);
  private final ManualExecutor owner = new ManualExecutor();
  private final Recorder outputs = new Recorder();
  private final Shard<String> shard = hub.newShard(owner, outputs);

  private static Hub hub(EventLog log, long recentBytes) {
    return new Hub(EventCatalog.builtIn(), log, () -> Instant.EPOCH, recentBytes);
  }

  private void append(String... types) {
    EventLogContract.append(log, types);
  }

  private static List<EventPattern> patterns(String... texts) {
    return Stream.of(texts).map(EventPattern::of).toList();
  }

  @Test
  void deliversInOrderEachOnceToWhoWantsIt() {
    shard.join("all");
    shard.subscribe("alerts", patterns("alert.*"));
    shard.subscribe("nothing", List.of());
    append("alert.created", "job.started");
    owner.runAll();
    append("alert.deleted");
    append("job.failed");
    owner.runAll();

    assertThat(outputs.sequencesOf("all")).containsExactly(1L, 2L, 3L, 4L);
    assertThat(outputs.previousOf("all")).containsExactly(0L, 1L, 2L, 3L);
    assertThat(outputs.sequencesOf("alerts")).containsExactly(1L, 3L);
    assertThat(outputs.previousOf("alerts")).containsExactly(0L, 1L);
    assertThat(outputs.of("nothing")).isEmpty();
  }

  @Test
  void writesOnceForEachTurn() {
    shard.join("all");
    append("alert.created", "job.started");
    append("alert.created");
    owner.runAll();
    append("alert.created");
    owner.runAll();

    assertThat(outputs.eventsOf("all")).extracting(Event::batch).containsExactly(1, 1, 1, 2);
  }

  /// An owner whose turns take long enough for a pause: it may hand what a turn writes to the kernel behind the turn.
  ///
  /// @param pauses those that were asked for, which are over at once
  /// @param meanwhile happens in each
  private record BusyOwner(ManualExecutor owner, List<Long> pauses, Runnable meanwhile)
      implements ShardOwner {

    @Override
    public void execute(Runnable task) {
      owner.execute(() -> {
        LockSupport.parkNanos(2 * Pace.MIN_PAUSE_NANOS);
        task.run();
      });
    }

    @Override
    public void executeAfter(Runnable task, long nanos) {
      pauses.add(nanos);
      meanwhile.run();
      owner.execute(task);
    }
  }

  private void makeBusy(List<Long> pauses) {
    for (int turn = 0; turn < 100 && pauses.isEmpty(); turn++) {
      append("alert.created", "alert.updated", "alert.acknowledged");
      owner.runAll();
    }
  }

  @Test
  void waitsBetweenTurnsThatFindSeveralEventsAndKeepTheirOwnerBusy() {
    List<Long> pauses = new ArrayList<>();
    Shard<String> busy =
        hub.newShard(new BusyOwner(owner, pauses, () -> append("alert.deleted")), outputs);
    busy.join("all");
    makeBusy(pauses);

    int last = outputs.eventsOf("all").getLast().batch();
    assertThat(outputs.eventsOf("all")).filteredOn(event -> event.batch() == last).hasSize(4);
  }

  @Test
  void doesNotWaitWhenATurnCouldNotDeliverAllThereWas() {
    List<Long> pauses = new ArrayList<>();
    Shard<String> busy = hub.newShard(new BusyOwner(owner, pauses, () -> {}), outputs);
    busy.join("all");
    makeBusy(pauses);
    pauses.clear();
    int before = outputs.eventsOf("all").getLast().batch();
    appendLarge(6);
    owner.runAll();

    assertThat(outputs.eventsOf("all").getLast().batch()).isEqualTo(before + 3);
    assertThat(pauses).hasSize(1);
  }

  @Test
  void hasTheTimeOfATurnTakenBehindItWhenThereWereSeveralEvents() {
    shard.join("all");
    owner.runAll();
    append("alert.created");
    owner.runOne();
    assertThat(owner.waiting()).isZero();

    append("alert.created", "alert.created");
    owner.runOne();
    assertThat(owner.waiting()).isEqualTo(1);
  }

  @Test
  void looksOnceForWhatWasAppendedWhileItWasMade() {
    assertThat(owner.waiting()).isEqualTo(1);
  }

  @Test
  void isWokenByOneFlagHoweverMuchIsAppended() {
    owner.runAll();
    for (int i = 0; i < 100; i++) {
      append("alert.created");
    }

    assertThat(owner.waiting()).isEqualTo(1);
  }

  @Test
  void endsATurnAfterASliceAndGoesOnBehindWhatElseIsToBeDone() {
    owner.runAll();
    shard.join("all");
    for (int i = 0; i < 3_000; i++) {
      append("alert.created");
    }
    List<Integer> seen = new ArrayList<>();

    owner.execute(() -> seen.add(outputs.of("all").size()));
    owner.runOne();
    owner.execute(() -> seen.add(outputs.of("all").size()));
    owner.runAll();

    assertThat(seen).containsExactly(1_024, 2_048);
    assertThat(outputs.sequencesOf("all"))
        .isEqualTo(LongStream.rangeClosed(1, 3_000).boxed().toList());
  }

  @Test
  void endsATurnAfterAMebibyte() {
    owner.runAll();
    shard.join("all");
    appendLarge(5);

    owner.runOne();

    assertThat(outputs.sequencesOf("all")).containsExactly(1L, 2L);
  }

  /// Two of them are a slice.
  private void appendLarge(int count) {
    for (int i = 0; i < count; i++) {
      log.append(
          List.of(new Append(SampleEvents.event("alert.deleted", "x".repeat(400_000)), null)));
    }
  }

  @Test
  void aChangeCountsFromThePositionThatIsTold() {
    assertThat(shard.join("c")).isZero();
    append("alert.created", "job.started");

    assertThat(shard.subscribe("c", patterns("alert.*"))).isEqualTo(2);
    assertThat(outputs.sequencesOf("c")).containsExactly(1L, 2L);

    append("alert.created", "job.started");
    assertThat(shard.unsubscribe("c", patterns("alert.*", "camera.*")))
        .isEqualTo(patterns("alert.*"));
    assertThat(shard.position()).isEqualTo(4);
    assertThat(outputs.sequencesOf("c")).containsExactly(1L, 2L, 3L);

    append("alert.created", "job.started");
    assertThat(shard.subscribe("c", patterns("job.*", "camera.*"))).isEqualTo(6);
    append("job.started");
    assertThat(shard.silence("c")).isEqualTo(patterns("job.*", "camera.*"));
    append("job.started");
    owner.runAll();

    assertThat(outputs.sequencesOf("c")).containsExactly(1L, 2L, 3L, 7L);
    assertThat(outputs.previousOf("c")).containsExactly(0L, 1L, 1L, 6L);
  }

  @Test
  void whoLeavesGetsNothingMore() {
    shard.join("c");
    append("alert.created");
    owner.runAll();
    append("alert.created");
    shard.leave("c");
    owner.runAll();

    assertThat(outputs.sequencesOf("c")).containsExactly(1L);
    assertThat(shard.subscriptionStats()).isEqualTo(SubscriptionStats.NONE);
  }

  @Test
  void countsThePatternsThatAConnectionWouldHold() {
    shard.subscribe("c", patterns("alert.*", "job.*"));

    assertThat(shard.patternCountWith("c", patterns("job.*", "a", "b"))).isEqualTo(4);
    assertThat(shard.patternCountWith("new", patterns("job.*"))).isEqualTo(1);
  }

  @Test
  void countsWhatItDelivered() {
    shard.join("a");
    shard.join("b");
    shard.subscribe("c", patterns("job.*"));
    append("alert.created", "alert.created", "job.started");
    owner.runAll();

    assertThat(shard.delivered()).isEqualTo(7);
    assertThat(shard.subscriptionStats()).isEqualTo(new SubscriptionStats(3, 1, 2, 1));
  }

  @Test
  void aShardMadeLateBeginsAtTheHeadAndKnowsWhatWasBefore() {
    append("alert.created", "job.started");
    Recorder late = new Recorder();
    Shard<String> another = hub.newShard(owner, late);
    another.subscribe("c", patterns("alert.*", "camera.*"));
    append("alert.created");
    owner.runAll();

    assertThat(late.sequencesOf("c")).containsExactly(3L);
    assertThat(late.previousOf("c")).containsExactly(1L);
  }

  @Test
  void aShardWhoseOwnerHasStoppedDisturbsNobody() {
    ManualExecutor stopped = new ManualExecutor();
    Shard<String> dead = hub.newShard(stopped, new Recorder());
    stopped.stop();
    Recorder others = new Recorder();
    ManualExecutor otherOwner = new ManualExecutor();
    hub.newShard(otherOwner, others).join("c");
    owner.runAll();
    otherOwner.runAll();

    dead.wake();
    append("alert.created");
    otherOwner.runAll();

    assertThat(others.sequencesOf("c")).containsExactly(1L);
  }

  @Test
  void goesToTheHeadWhenMemoryHasMovedOn() {
    InMemoryEventLog ample = new InMemoryEventLog("ample", 1 << 20);
    Shard<String> slow = hub(ample, 1).newShard(owner, outputs);
    owner.runAll();
    slow.join("all");
    slow.subscribe("alerts", patterns("alert.*"));
    slow.subscribe("jobs", patterns("job.*"));
    slow.subscribe("nothing", List.of());
    EventLogContract.append(ample, "alert.created");
    owner.runAll();
    EventLogContract.append(ample, "alert.updated");
    EventLogContract.append(ample, "job.failed");
    EventLogContract.append(ample, "camera.online");
    long position = slow.subscribe("late", patterns("job.*", "gpu.*"));
    EventLogContract.append(ample, "job.started");
    owner.runAll();

    assertThat(position).isEqualTo(4);
    assertThat(outputs.of("all").get(1)).isEqualTo(new FallenBehind(1, 1));
    assertThat(outputs.of("alerts").get(1)).isEqualTo(new FallenBehind(1, 1));
    assertThat(outputs.of("jobs").getFirst()).isEqualTo(new FallenBehind(1, 0));
    assertThat(outputs.of("nothing")).isEmpty();
    assertThat(outputs.sequencesOf("all")).containsExactly(1L, 5L);
    assertThat(outputs.previousOf("all")).containsExactly(0L, 4L);
    assertThat(outputs.previousOf("jobs")).containsExactly(3L);
    assertThat(outputs.previousOf("late")).containsExactly(3L);
  }

  @Test
  void anOutputMustNotCallTheShardBack() {
    List<RuntimeException> thrown = new ArrayList<>();
    List<Shard<String>> self = new ArrayList<>();
    AudienceOutput<String> meddling =
        new AudienceOutput<>() {
          @Override
          public void add(LoggedEvent event, long previous) {}

          @Override
          public int flush(List<String> members, long before) {
            Stream.<Runnable>of(
                    () -> self.getFirst().leave("c"),
                    () -> self.getFirst().catchUp(),
                    () -> self.getFirst().subscribe("c", patterns("a")))
                .forEach(call -> {
                  try {
                    call.run();
                  } catch (IllegalStateException e) {
                    thrown.add(e);
                  }
                });
            return members.size();
          }

          @Override
          public void fallBehind(List<String> members, long after, long previous) {}

          @Override
          public void discard() {}
        };
    self.add(hub.newShard(owner, () -> meddling));
    self.getFirst().join("c");
    append("alert.created");
    owner.runAll();

    assertThat(thrown).hasSize(3);
    assertThat(self.getFirst().subscriptionStats().totalConnections()).isEqualTo(1);
  }

  /// A shard one of whose outputs fails at a flush, once each time that it is told to.
  private Shard<String> failingToFlush(AtomicBoolean told) {
    return hub.newShard(
        owner,
        () -> new FragileOutput(outputs.create(), event -> false, () -> told.getAndSet(false)));
  }

  @Test
  void anOutputThatThrowsTakesNothingFromTheOthers() {
    AtomicBoolean broken = new AtomicBoolean();
    Shard<String> fragile = failingToFlush(broken);
    fragile.subscribe("a", patterns("alert.*"));
    fragile.subscribe("b", patterns("*.created"));
    fragile.subscribe("c", patterns("alert.c*"));
    append("alert.created");
    owner.runAll();
    broken.set(true);
    append("alert.created", "alert.created");
    assertThatIllegalStateException().isThrownBy(owner::runAll);

    List<Object> got =
        Stream.of("a", "b", "c").map(outputs::of).<Object>map(List::getLast).toList();
    assertThat(got)
        .containsOnlyOnce(new FallenBehind(1, 1))
        .filteredOn(Event.class::isInstance)
        .hasSize(2)
        .allMatch(event -> ((Event) event).sequence() == 3);
    assertThat(fragile.delivered()).isEqualTo(3 + 2 * 2);
  }

  @Test
  void goesOnBehindATurnThatFailedBeforeItHadDeliveredAll() {
    AtomicBoolean broken = new AtomicBoolean();
    Shard<String> fragile = failingToFlush(broken);
    owner.runAll();
    fragile.join("all");
    broken.set(true);
    appendLarge(3);
    assertThatIllegalStateException().isThrownBy(owner::runAll);
    owner.runAll();

    assertThat(outputs.of("all").getFirst()).isEqualTo(new FallenBehind(0, 0));
    assertThat(outputs.sequencesOf("all")).containsExactly(3L);
  }

  @Test
  void aTurnThatCannotBeFinishedSendsEveryoneToTheLog() {
    AtomicBoolean broken = new AtomicBoolean();
    Shard<String> fragile =
        hub.newShard(
            owner,
            () ->
                new FragileOutput(
                    outputs.create(), event -> broken.get() && event.sequence() == 5, () -> false));
    fragile.join("all");
    fragile.subscribe("alerts", patterns("alert.*"));
    fragile.subscribe("jobs", patterns("job.*"));
    append("alert.created", "job.started");
    owner.runAll();
    broken.set(true);
    append("alert.deleted", "job.failed", "alert.updated");
    assertThatIllegalStateException().isThrownBy(owner::runAll);
    broken.set(false);
    append("job.completed", "alert.created");
    owner.runAll();

    // Whoever got some of the turn and whoever got none goes back to where it began.
    assertThat(outputs.of("all").get(2)).isEqualTo(new FallenBehind(2, 2));
    assertThat(outputs.of("alerts").get(1)).isEqualTo(new FallenBehind(2, 1));
    assertThat(outputs.of("jobs").get(1)).isEqualTo(new FallenBehind(2, 2));
    assertThat(outputs.sequencesOf("all")).containsExactly(1L, 2L, 6L, 7L);
    assertThat(outputs.previousOf("alerts")).containsExactly(0L, 5L);
    assertThat(outputs.previousOf("jobs")).containsExactly(0L, 4L);
  }

  /// An output that fails when something says so.
  ///
  /// @param failsToAdd asked about each event
  /// @param failsToFlush asked before each flush
  private record FragileOutput(
      AudienceOutput<String> recorded,
      Predicate<LoggedEvent> failsToAdd,
      BooleanSupplier failsToFlush)
      implements AudienceOutput<String> {

    @Override
    public void add(LoggedEvent event, long previous) {
      if (failsToAdd.test(event)) {
        throw new IllegalStateException("no memory");
      }
      recorded.add(event, previous);
    }

    @Override
    public int flush(List<String> members, long before) {
      if (failsToFlush.getAsBoolean()) {
        throw new IllegalStateException("broken");
      }
      return recorded.flush(members, before);
    }

    @Override
    public void discard() {
      recorded.discard();
    }

    @Override
    public void fallBehind(List<String> members, long after, long previous) {
      recorded.fallBehind(members, after, previous);
    }
  }

  /// One thing that happens to a hub with several shards.
  sealed interface Step {

    record Append(List<String> types) implements Step {}

    record Turn(int shard) implements Step {}

    record Change(int shard, String connection, Kind kind, List<String> patterns) implements Step {}
  }

  enum Kind {
    JOIN,
    LEAVE,
    SUBSCRIBE,
    UNSUBSCRIBE,
    SILENCE
  }

  /// What one connection has to get, worked out from the whole log and nothing else.
  private static final class Expectation {

    private final List<Event> events = new ArrayList<>();
    private boolean present;
    private long position;

    /// `null` as long as it never subscribed.
    private @Nullable Set<String> patterns;

    /// Everything above the position that matches, in order, once.
    void advance(List<String> passed) {
      if (!present) {
        return;
      }
      long previous = 0;
      for (int i = 0; i < passed.size(); i++) {
        String type = passed.get(i);
        if (patterns == null || patterns.stream().anyMatch(p -> NaiveGlob.matches(p, type))) {
          long sequence = i + 1L;
          if (sequence > position) {
            events.add(new Event(sequence, previous, type, 0));
          }
          previous = sequence;
        }
      }
      position = passed.size();
    }

    void change(Step.Change change, long newPosition) {
      position = newPosition;
      switch (change.kind()) {
        case JOIN -> present = true;
        case LEAVE -> {
          present = false;
          patterns = null;
        }
        case SUBSCRIBE -> {
          present = true;
          patterns = patterns == null ? new HashSet<>() : patterns;
          patterns.addAll(change.patterns());
        }
        case UNSUBSCRIBE -> {
          if (patterns != null) {
            change.patterns().forEach(patterns::remove);
          }
        }
        case SILENCE -> {
          present = true;
          patterns = new HashSet<>();
        }
      }
    }
  }

  @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void everyConnectionGetsWhatFollowsItsPositionAndMatches(@ForAll("steps") List<Step> steps) {
    InMemoryEventLog ownLog = new InMemoryEventLog("own", PLENTY);
    Hub ownHub = hub(ownLog, PLENTY);
    List<String> wholeLog = new ArrayList<>();
    List<ManualExecutor> owners = List.of(new ManualExecutor(), new ManualExecutor());
    List<Recorder> recorders = List.of(new Recorder(), new Recorder());
    List<Shard<String>> shards =
        List.of(
            ownHub.newShard(owners.get(0), recorders.get(0)),
            ownHub.newShard(owners.get(1), recorders.get(1)));
    Map<String, Expectation> expectations = new HashMap<>();
    for (int i = 0; i < shards.size(); i++) {
      for (String connection : CONNECTIONS) {
        expectations.put(i + connection, new Expectation());
      }
    }

    for (Step step : steps) {
      switch (step) {
        case Step.Append(List<String> types) -> {
          EventLogContract.append(ownLog, types.toArray(String[]::new));
          wholeLog.addAll(types);
        }
        case Step.Turn(int number) -> owners.get(number).runOne();
        case Step.Change change -> {
          long told = apply(change, shards.get(change.shard()));
          if (change.kind() != Kind.LEAVE) {
            assertThat(told).isEqualTo(wholeLog.size());
          }
          Expectation expectation =
              Objects.requireNonNull(expectations.get(change.shard() + change.connection()));
          expectation.advance(wholeLog.subList(0, (int) told));
          expectation.change(change, told);
        }
      }
    }
    owners.forEach(ManualExecutor::runAll);

    expectations.forEach((connection, expectation) -> {
      expectation.advance(wholeLog);
      Recorder recorder = recorders.get(connection.charAt(0) - '0');
      assertThat(recorder.eventsOf(connection).stream().map(e -> e.inBatch(0)).toList())
          .as(connection)
          .isEqualTo(expectation.events);
    });
  }

  /// Makes a change and returns the position from which on it counts.
  private static long apply(Step.Change change, Shard<String> shard) {
    String connection = change.shard() + change.connection();
    List<EventPattern> compiled =
        change.patterns().stream().map(EventPattern::of).distinct().toList();
    return switch (change.kind()) {
      case JOIN -> shard.join(connection);
      case SUBSCRIBE -> shard.subscribe(connection, compiled);
      case LEAVE -> {
        shard.leave(connection);
        yield shard.position();
      }
      case UNSUBSCRIBE -> {
        shard.unsubscribe(connection, compiled);
        yield shard.position();
      }
      case SILENCE -> {
        shard.silence(connection);
        yield shard.position();
      }
    };
  }

  private static final List<String> CONNECTIONS = List.of("a", "b", "c");

  @Provide
  Arbitrary<List<Step>> steps() {
    // Also such as the catalog does not have: they become known when they come.
    List<String> types =
        List.of(
            "alert.created",
            "alert.deleted",
            "job.started",
            "camera.online",
            "door.opened",
            "area.left");
    List<String> patterns =
        List.of("*", "alert.*", "job.*", "*.created", "camera.*", "a*", "x.*", "door.*", "*.*ed");
    Arbitrary<Step> append =
        Arbitraries.of(types).list().ofMinSize(1).ofMaxSize(4).map(Step.Append::new);
    Arbitrary<Step> turn = Arbitraries.integers().between(0, 1).map(Step.Turn::new);
    Arbitrary<Step> change =
        Combinators.combine(
                Arbitraries.integers().between(0, 1),
                Arbitraries.of(CONNECTIONS),
                Arbitraries.frequency(
                    Tuple.of(3, Kind.JOIN),
                    Tuple.of(2, Kind.LEAVE),
                    Tuple.of(4, Kind.SUBSCRIBE),
                    Tuple.of(3, Kind.UNSUBSCRIBE),
                    Tuple.of(1, Kind.SILENCE)),
                Arbitraries.of(patterns).list().ofMaxSize(2))
            .as(Step.Change::new);
    return Arbitraries.frequencyOf(Tuple.of(4, append), Tuple.of(3, turn), Tuple.of(4, change))
        .list()
        .ofMaxSize(40);
  }
}
