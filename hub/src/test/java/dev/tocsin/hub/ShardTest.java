package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.hub.RecordedOutput.Event;
import dev.tocsin.hub.RecordedOutput.Lagging;
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

  /// How many types [#joinManyAudiences] varies.
  private static final int VARIED = 6;

  private static final int PLENTY = 1 << 26;

  private final InMemoryEventLog log = new InMemoryEventLog("epoch", PLENTY);
  private final Hub hub = hub(log, PLENTY);
  private final ManualExecutor owner = new ManualExecutor();
  private final RecordedOutput outputs = new RecordedOutput();
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
    shard.join("alerts", null, patterns("alert.*"), null);
    shard.join("nothing", null, List.of(), null);
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

  /// An owner whose turns take long enough for a pause: it may hand what a turn writes to the kernel after the turn.
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

    @Override
    public void failed(Throwable failure) {
      owner.failed(failure);
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
  void hasTheTimeOfATurnTakenAfterItWhenThereWereSeveralEvents() {
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
  void endsATurnAfterASliceAndGoesOnAfterWhatElseIsToBeDone() {
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
    shard.join("c", null, patterns("alert.*", "job.*"), null);

    assertThat(shard.patternCountWith("c", patterns("job.*", "a", "b"))).isEqualTo(4);
    assertThat(shard.patternCountWith("new", patterns("job.*"))).isEqualTo(1);
  }

  @Test
  void countsWhatItDelivered() {
    shard.join("a");
    shard.join("b");
    shard.join("c", null, patterns("job.*"), null);
    append("alert.created", "alert.created", "job.started");
    owner.runAll();

    assertThat(shard.delivered()).isEqualTo(7);
    assertThat(shard.subscriptionStats()).isEqualTo(new SubscriptionStats(3, 1, 2, 1));
  }

  @Test
  void aShardMadeLateBeginsAtTheHeadAndKnowsWhatWasBefore() {
    append("alert.created", "job.started");
    RecordedOutput late = new RecordedOutput();
    Shard<String> another = hub.newShard(owner, late);
    another.join("c", null, patterns("alert.*", "camera.*"), null);
    append("alert.created");
    owner.runAll();

    assertThat(late.sequencesOf("c")).containsExactly(3L);
    assertThat(late.previousOf("c")).containsExactly(1L);
  }

  @Test
  void aShardWhoseOwnerHasStoppedDisturbsNobody() {
    ManualExecutor stopped = new ManualExecutor();
    Shard<String> dead = hub.newShard(stopped, new RecordedOutput());
    stopped.stop();
    RecordedOutput others = new RecordedOutput();
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
    slow.join("alerts", null, patterns("alert.*"), null);
    slow.join("jobs", null, patterns("job.*"), null);
    slow.join("nothing", null, List.of(), null);
    EventLogContract.append(ample, "alert.created");
    owner.runAll();
    EventLogContract.append(ample, "alert.updated");
    EventLogContract.append(ample, "job.failed");
    EventLogContract.append(ample, "camera.online");
    long position = slow.join("late", null, patterns("job.*", "gpu.*"), null);
    EventLogContract.append(ample, "job.started");
    owner.runAll();

    assertThat(position).isEqualTo(4);
    assertThat(outputs.of("all").get(1)).isEqualTo(new Lagging(1, 1));
    assertThat(outputs.of("alerts").get(1)).isEqualTo(new Lagging(1, 1));
    assertThat(outputs.of("jobs").getFirst()).isEqualTo(new Lagging(1, 0));
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
    ShardOutput<String> meddling =
        new ShardOutput<>() {
          @Override
          public long maxTurnBytes() {
            return 1;
          }

          @Override
          public int send(Batch batch, List<String> members) {
            Stream.<Runnable>of(
                    () -> self.getFirst().leave("c"),
                    () -> self.getFirst().catchUp(),
                    () -> self.getFirst().positionOf("c"),
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
          public void lag(List<String> members, long after, long previous) {}
        };
    self.add(hub.newShard(owner, meddling));
    self.getFirst().join("c");
    append("alert.created");
    owner.runAll();

    assertThat(thrown).hasSize(4);
    assertThat(self.getFirst().subscriptionStats().totalConnections()).isEqualTo(1);
  }

  /// A shard whose output fails to send once each time that it is told to.
  private Shard<String> failingToSend(AtomicBoolean told) {
    return hub.newShard(
        owner,
        new ShardOutput<>() {
          @Override
          public long maxTurnBytes() {
            return outputs.maxTurnBytes();
          }

          @Override
          public int send(Batch batch, List<String> members) {
            if (told.getAndSet(false)) {
              throw new IllegalStateException("broken");
            }
            return outputs.send(batch, members);
          }

          @Override
          public void lag(List<String> members, long after, long previous) {
            outputs.lag(members, after, previous);
          }
        });
  }

  @Test
  void anOutputThatThrowsTakesNothingFromTheOthers() {
    AtomicBoolean broken = new AtomicBoolean();
    Shard<String> fragile = failingToSend(broken);
    fragile.join("a", null, patterns("alert.*"), null);
    fragile.join("b", null, patterns("*.created"), null);
    fragile.join("c", null, patterns("alert.c*"), null);
    append("alert.created");
    owner.runAll();
    broken.set(true);
    append("alert.created", "alert.created");
    owner.runAll();

    List<Object> got =
        Stream.of("a", "b", "c").map(outputs::of).<Object>map(List::getLast).toList();
    assertThat(got)
        .containsOnlyOnce(new Lagging(1, 1))
        .filteredOn(Event.class::isInstance)
        .hasSize(2)
        .allMatch(event -> ((Event) event).sequence() == 3);
    assertThat(owner.failures()).singleElement().asString().contains("broken");
    assertThat(fragile.delivered()).isEqualTo(3 + 2 * 2);
  }

  /// Its bound cannot be had in the second turn.
  private final class FragileBound implements ShardOutput<String> {

    private int turns;

    @Override
    public long maxTurnBytes() {
      if (turns == 2) {
        turns++;
        throw new IllegalStateException("the bound broke");
      }
      return outputs.maxTurnBytes();
    }

    @Override
    public int send(Batch batch, List<String> members) {
      return outputs.send(batch, members);
    }

    @Override
    public void lag(List<String> members, long after, long previous) {
      outputs.lag(members, after, previous);
    }
  }

  @Test
  void aTurnThatCannotBeFinishedIsToldAndSendsEveryoneToTheLog() {
    TypeTable known = new TypeTable(List.of("alert.created", "job.started"), Set.of(), List.of());
    RecentEvents recent = new RecentEvents("epoch", 0, known, Map.of(), PLENTY);
    FragileBound bound = new FragileBound();
    Shard<String> broken = new Shard<>(recent, owner, bound);
    broken.join("all");
    broken.join("alerts", null, patterns("alert.*"), null);
    List<List<String>> turns =
        List.of(
            List.of("alert.created"),
            List.of("job.started", "new.type", "alert.created"),
            List.of("alert.created"));
    long sequence = 0;
    for (List<String> turn : turns) {
      bound.turns++;
      for (String type : turn) {
        recent.add(List.of(new LoggedEvent(++sequence, SampleEvents.event(type))));
      }
      broken.wake();
      owner.runAll();
    }

    // Everyone goes back to where the turn began.
    assertThat(owner.failures()).hasSize(1);
    assertThat(outputs.of("all").get(1)).isEqualTo(new Lagging(1, 1));
    assertThat(outputs.of("alerts").get(1)).isEqualTo(new Lagging(1, 1));
    assertThat(outputs.sequencesOf("all")).containsExactly(1L, 5L);
    assertThat(outputs.previousOf("alerts")).containsExactly(0L, 4L);
  }

  /// As many audiences as a set of seven types has subsets with its first: each wants that one.
  private List<String> joinManyAudiences() {
    List<String> connections = new ArrayList<>();
    for (int bits = 0; bits < 1 << VARIED; bits++) {
      shard.join("c" + bits, null, variedPatterns(bits), null);
      connections.add("c" + bits);
    }
    return connections;
  }

  /// A type that all want, and some of others: those whose bits are set.
  private static List<EventPattern> variedPatterns(int bits) {
    List<String> types =
        EventCatalog.builtIn().allEventTypes().stream()
            .map(EventType::name)
            .filter(type -> !type.startsWith("alert."))
            .limit(VARIED)
            .toList();
    List<EventPattern> wanted = new ArrayList<>(patterns("alert.deleted"));
    for (int i = 0; i < types.size(); i++) {
      if ((bits >> i & 1) == 1) {
        wanted.add(EventPattern.of(types.get(i)));
      }
    }
    return wanted;
  }

  @Test
  void aTurnIsBoundedByAllItsBatchesTogetherHoweverManyAudiencesThereAre() {
    List<String> connections = joinManyAudiences();
    owner.runAll();
    appendLarge(3);
    List<Integer> batches = new ArrayList<>();
    while (owner.runOne()) {
      batches.add(outputs.batches());
    }

    // A batch holds one event of 400 kB each time: ten come to the bound of a turn.
    assertThat(batches.getFirst()).isEqualTo(10);
    for (int i = 1; i < batches.size(); i++) {
      assertThat(batches.get(i) - batches.get(i - 1)).isLessThanOrEqualTo(10);
    }
    assertThat(connections)
        .allSatisfy(
            connection -> assertThat(outputs.sequencesOf(connection)).containsExactly(1L, 2L, 3L));
  }

  @Test
  void aTurnOfSmallEventsIsBoundedTooByWhatTheyCostInAllAudiences() {
    List<String> connections = joinManyAudiences();
    owner.runAll();
    for (int i = 0; i < 1_000; i++) {
      append("alert.deleted");
    }
    owner.runOne();

    assertThat(outputs.eventsOf(connections.getFirst()).size()).isBetween(100, 500);
    owner.runAll();
    assertThat(connections)
        .allSatisfy(connection ->
            assertThat(outputs.sequencesOf(connection))
                .isEqualTo(LongStream.rangeClosed(1, 1_000).boxed().toList()));
  }

  @Test
  void inTheMiddleOfATurnAConnectionIsHandedItsPartBeforeItIsToldAPosition() {
    List<String> connections = joinManyAudiences();
    owner.runAll();
    appendLarge(1);
    owner.runOne();
    List<String> waiting =
        connections.stream().filter(c -> outputs.of(c).isEmpty()).limit(5).toList();

    assertThat(shard.positionOf(waiting.get(0))).isEqualTo(1);
    assertThat(shard.subscribe(waiting.get(1), patterns("gpu.*"))).isEqualTo(1);
    assertThat(shard.silence(waiting.get(2))).isNotEmpty();
    shard.replay(waiting.get(3), 1, 1);
    shard.leave(waiting.get(4));

    assertThat(waiting)
        .allSatisfy(connection -> assertThat(outputs.sequencesOf(connection)).containsExactly(1L));
    assertThat(connections.stream().filter(c -> outputs.of(c).isEmpty())).hasSizeGreaterThan(40);
    owner.runAll();
    assertThat(connections)
        .allSatisfy(connection -> assertThat(outputs.sequencesOf(connection)).containsExactly(1L));
  }

  @Test
  void whoComesInTheMiddleOfATurnGetsNothingOfIt() {
    List<String> connections = joinManyAudiences();
    shard.join("everything");
    owner.runAll();
    appendLarge(1);
    owner.runOne();
    assertThat(outputs.of("everything")).isEmpty();
    assertThat(connections.stream().filter(c -> outputs.of(c).isEmpty())).hasSizeGreaterThan(40);

    // Each into an audience that has still to be sent the event, or was sent it already.
    shard.join("late");
    for (int bits = 0; bits < connections.size(); bits++) {
      assertThat(shard.join("late" + bits, null, variedPatterns(bits), null)).isEqualTo(1);
    }
    owner.runAll();

    assertThat(outputs.of("late")).isEmpty();
    assertThat(outputs.sequencesOf("everything")).containsExactly(1L);
    for (int bits = 0; bits < connections.size(); bits++) {
      assertThat(outputs.sequencesOf("c" + bits)).containsExactly(1L);
      assertThat(outputs.of("late" + bits)).isEmpty();
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
    List<RecordedOutput> recorders = List.of(new RecordedOutput(), new RecordedOutput());
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
      RecordedOutput recorder = recorders.get(connection.charAt(0) - '0');
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
      case SUBSCRIBE -> {
        shard.join(connection);
        yield shard.subscribe(connection, compiled);
      }
      case LEAVE -> {
        shard.leave(connection);
        yield shard.position();
      }
      case UNSUBSCRIBE -> {
        shard.unsubscribe(connection, compiled);
        yield shard.position();
      }
      case SILENCE -> {
        shard.join(connection);
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

  @Test
  void nobodyComesInButByJoining() {
    shard.join("gone");
    shard.leave("gone");
    for (String stranger : List.of("stranger", "gone")) {
      assertThatIllegalStateException().isThrownBy(() -> shard.subscribe(stranger, patterns("*")));
      assertThatIllegalStateException().isThrownBy(() -> shard.silence(stranger));
      assertThatIllegalStateException().isThrownBy(() -> shard.grant(stranger, null));
      shard.unsubscribe(stranger, patterns("*"));
    }
    append("alert.created");
    owner.runAll();

    assertThat(outputs.of("stranger")).isEmpty();
    assertThat(outputs.of("gone")).isEmpty();
    assertThat(shard.subscriptionStats()).isEqualTo(SubscriptionStats.NONE);
  }
}
