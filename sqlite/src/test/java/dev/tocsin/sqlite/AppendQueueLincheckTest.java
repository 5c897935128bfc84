package dev.tocsin.sqlite;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.SampleEvents;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/// Whatever the threads do, it is as if their calls had come one after another: no request comes out
/// twice, is overtaken, or is left behind in a queue that is finished.
@Param(name = "request", gen = IntGen.class, conf = "1:3")
public class AppendQueueLincheckTest {

  // Made before: only the queue is to be interleaved.
  private static final List<List<Append>> REQUESTS =
      List.of(
          List.of(new Append(SampleEvents.event("a.one"), null)),
          List.of(new Append(SampleEvents.event("a.two"), null)),
          List.of(new Append(SampleEvents.event("a.three"), null)));

  private final AppendQueue queue = new AppendQueue();

  @Operation
  public void put(@Param(name = "request") int request) {
    queue.put(REQUESTS.get(request - 1));
  }

  @Operation
  public String take() {
    StringBuilder taken = new StringBuilder();
    for (AppendQueue.Request request : queue.take()) {
      taken.append(request.appends().getFirst().event().type()).append(' ');
    }
    return taken.toString();
  }

  @Operation
  public boolean hasSome() throws InterruptedException {
    return queue.await(0);
  }

  @Operation
  public void expireAll() {
    queue.expire(System.nanoTime() + TimeUnit.HOURS.toNanos(1), null);
  }

  @Operation
  public void close() {
    queue.close("closed");
  }

  @Operation
  public void abandon() {
    queue.abandon("abandoned");
  }

  @Operation
  public boolean isFinished() {
    return queue.isFinished();
  }

  @Test
  void isLinearizableInEveryInterleavingThatIsTried() {
    new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(2)
        .iterations(20)
        .invocationsPerIteration(200)
        .check(getClass());
  }

  @Test
  void isLinearizableUnderStress() {
    new StressOptions()
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(2)
        .iterations(15)
        .invocationsPerIteration(1_000)
        .check(getClass());
  }
}
