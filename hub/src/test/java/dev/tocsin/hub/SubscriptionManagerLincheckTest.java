package dev.tocsin.hub;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import java.util.List;
import java.util.Set;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/// Whatever the threads do, it is as if their calls had come one after another.
///
/// Two connections, two patterns and two types: calls meet, and there are few steps to interleave.
@Param(name = "connection", gen = IntGen.class, conf = "1:2")
@Param(name = "pattern", gen = IntGen.class, conf = "1:2")
public class SubscriptionManagerLincheckTest {

  private static final String TYPE = "alert.created";

  private static final TypeTable TABLE =
      new TypeTable(List.of(TYPE, "job.started"), Set.of(), List.of());

  private final SubscriptionManager manager = new SubscriptionManager(TABLE, 2);

  private static List<String> pattern(int pattern) {
    return List.of(pattern == 1 ? "alert.*" : "job.*");
  }

  @Operation
  public void registerConnection(@Param(name = "connection") int connection) {
    manager.registerConnection("c" + connection);
  }

  @Operation
  public boolean removeConnection(@Param(name = "connection") int connection) {
    return manager.removeConnection("c" + connection);
  }

  @Operation
  public List<String> subscribe(
      @Param(name = "connection") int connection, @Param(name = "pattern") int pattern) {
    return manager.subscribe("c" + connection, pattern(pattern));
  }

  @Operation
  public List<String> unsubscribe(
      @Param(name = "connection") int connection, @Param(name = "pattern") int pattern) {
    return manager.unsubscribe("c" + connection, pattern(pattern));
  }

  @Operation
  public List<String> unsubscribeAll(@Param(name = "connection") int connection) {
    return manager.unsubscribe("c" + connection);
  }

  @Operation
  public boolean shouldSend(@Param(name = "connection") int connection) {
    return manager.shouldSend("c" + connection, TYPE);
  }

  @Operation
  public List<String> getRecipients() {
    return manager.getRecipients(TYPE).stream().sorted().toList();
  }

  @Operation
  public SubscriptionStats getStats() {
    return manager.getStats();
  }

  @Test
  void isLinearizableInEveryInterleavingThatIsTried() {
    new ModelCheckingOptions()
        // Immutable: there is nothing to interleave, and their loops are taken for waiting ones.
        .addGuarantee(
            forClasses(
                    EventPattern.class.getName(),
                    TypeTable.class.getName(),
                    TypeSet.class.getName())
                .allMethods()
                .ignore())
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(2)
        .actorsAfter(1)
        .iterations(8)
        .invocationsPerIteration(30)
        .check(getClass());
  }

  @Test
  void isLinearizableUnderStress() {
    new StressOptions()
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(1)
        .iterations(10)
        .invocationsPerIteration(400)
        .check(getClass());
  }
}
