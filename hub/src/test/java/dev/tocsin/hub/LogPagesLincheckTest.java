package dev.tocsin.hub;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/// However those who ask for pages and the log's answers meet: everyone is given his page, once, when the log has
/// answered all it was asked, and the log is asked one thing at a time.
@Param(name = "after", gen = IntGen.class, conf = "0:2")
public class LogPagesLincheckTest {

  private final Queue<CompletableFuture<Page>> asked = new ConcurrentLinkedQueue<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger readers = new AtomicInteger();
  private final AtomicInteger served = new AtomicInteger();

  /// Answers when the test says so.
  private final class Silent extends ForwardingLog {

    Silent() {
      super(new InMemoryEventLog("epoch", 1 << 20));
    }

    @Override
    public CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
      if (underWay.incrementAndGet() > 1) {
        throw new AssertionError("the log was asked twice at a time");
      }
      CompletableFuture<Page> answer = new CompletableFuture<>();
      asked.add(answer);
      return answer.thenApply(nothing -> new Page(List.of(), after + 1));
    }
  }

  private final LogPages pages = new LogPages(new Silent());

  private final class Served implements LogPages.Reader {

    private final AtomicInteger times = new AtomicInteger();

    @Override
    public void page(LogPages.Lease lease) {
      if (times.incrementAndGet() > 1) {
        throw new AssertionError("one who asked once was served twice");
      }
      served.incrementAndGet();
      lease.close();
    }

    @Override
    public void failed(Throwable failure, long retryMillis) {
      throw new AssertionError(failure);
    }
  }

  @Operation
  public void read(@Param(name = "after") int after) {
    readers.incrementAndGet();
    pages.read(after, TypeFilter.ALL, new Served());
  }

  /// The log answers what it has been asked.
  @Operation(nonParallelGroup = "log")
  public void answer() {
    for (CompletableFuture<Page> next = asked.poll(); next != null; next = asked.poll()) {
      underWay.decrementAndGet();
      next.complete(new Page(List.of(), 0));
    }
  }

  /// When all have asked and the log has answered, nobody is left.
  @Validate
  public void everyoneHasHisPage() {
    answer();
    if (served.get() != readers.get()) {
      throw new AssertionError(served + " of " + readers + " have been given a page");
    }
  }

  @Test
  void forgetsNobodyInAnyInterleavingThatIsTried() {
    new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(0)
        .iterations(4)
        .invocationsPerIteration(40)
        .check(getClass());
  }

  @Test
  void forgetsNobodyUnderStress() {
    new StressOptions()
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(2)
        .iterations(10)
        .invocationsPerIteration(300)
        .check(getClass());
  }
}
