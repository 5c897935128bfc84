package dev.tocsin.bridges.hub;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A cursor on the list of a [TestHub].
final class TestCursor implements HubCursor {

  /// How many events one step brings at the most.
  static final int PAGE = 100;

  private final TestHub hub;
  private final Wanted wanted;
  private @Nullable HubPosition position;
  private boolean isClosed;
  private volatile boolean isAsked;

  TestCursor(TestHub hub, Wanted wanted, @Nullable HubPosition after) {
    this.hub = hub;
    this.wanted = wanted;
    this.position = after;
  }

  @Override
  public Step next(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    synchronized (hub) {
      isAsked = true;
      while (true) {
        if (isClosed) {
          throw new IllegalStateException("it is closed");
        }
        HubPosition now = position == null ? hub.newest() : position;
        Step step = hub.step(wanted, now, PAGE);
        position = TestHub.upTo(step, now);
        long left = (end - System.nanoTime()) / 1_000_000;
        if (step instanceof Step.Unavailable) {
          hub.wait(Math.max(1, left));
          return step;
        }
        if (!(step instanceof Step.Events(var events, var upTo))
            || !events.isEmpty()
            || left <= 0) {
          return step;
        }
        hub.wait(left);
      }
    }
  }

  @Override
  public long newest() {
    // Over a network nothing is known before the first answer.
    return isAsked ? hub.newest().sequence() : 0;
  }

  @Override
  public void close() {
    synchronized (hub) {
      isClosed = true;
      hub.notifyAll();
    }
  }
}
