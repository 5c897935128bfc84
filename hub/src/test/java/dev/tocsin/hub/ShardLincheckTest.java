package dev.tocsin.hub;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import dev.tocsin.events.EncodedEvent;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/// However the log's thread and a shard's meet: what was appended before the shard's owner has done all its tasks is
/// delivered then, and no wake is lost.
public class ShardLincheckTest {

  private static final String TYPE = "alert.created";
  private static final TypeTable TABLE = new TypeTable(List.of(TYPE), Set.of(), List.of());
  private static final EncodedEvent EVENT = SampleEvents.event(TYPE);

  private final RecentEvents recent = new RecentEvents("epoch", 0, TABLE, Map.of(), 1 << 20);
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private long newest;
  private long received;

  /// Counts, and checks that nothing is left out.
  private final class Counting implements ShardOutput<String> {

    @Override
    public long maxTurnBytes() {
      return 1 << 20;
    }

    @Override
    public int send(Batch batch, List<String> members) {
      batch.forEach((event, previous) -> {
        if (event.sequence() != previous + 1) {
          throw new IllegalStateException(event.sequence() + " after " + previous);
        }
        received = event.sequence();
      });
      return members.size();
    }

    @Override
    public void lag(List<String> members, long after, long previous) {
      throw new IllegalStateException("memory holds everything");
    }
  }

  private final class Owner implements ShardOwner {

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public void failed(Throwable failure) {
      throw new IllegalStateException(failure);
    }
  }

  private final Shard<String> shard = new Shard<>(recent, new Owner(), new Counting());

  public ShardLincheckTest() {
    shard.join("c");
  }

  /// What the log's thread does.
  @Operation(nonParallelGroup = "log")
  public void append() {
    newest++;
    recent.add(List.of(new LoggedEvent(newest, EVENT)));
    shard.wake();
  }

  /// The owner does all its tasks; what has been received then.
  @Operation(nonParallelGroup = "owner")
  public long doTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    return received;
  }

  /// The owner brings the shard to the head in between, as for a subscription.
  @Operation(nonParallelGroup = "owner")
  public long catchUp() {
    return shard.catchUp("c");
  }

  @Test
  void losesNoWakeInAnyInterleavingThatIsTried() {
    new ModelCheckingOptions()
        // Immutable: there is nothing to interleave.
        .addGuarantee(
            forClasses(TypeTable.class.getName(), TypeSet.class.getName()).allMethods().ignore())
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(2)
        .iterations(10)
        .invocationsPerIteration(100)
        .check(getClass());
  }

  @Test
  void losesNoWakeUnderStress() {
    new StressOptions()
        .threads(2)
        .actorsPerThread(4)
        .actorsBefore(1)
        .actorsAfter(2)
        .iterations(10)
        .invocationsPerIteration(300)
        .check(getClass());
  }
}
