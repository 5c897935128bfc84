package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.SampleEvents;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AppendQueueTest {

  private static final long LATE_NANOS =
      TimeUnit.MILLISECONDS.toNanos(AppendQueue.MAX_WAIT_MILLIS + 1);

  private final AppendQueue queue = new AppendQueue();

  private static List<Append> appends(int count, int bytes) {
    return Collections.nCopies(
        count, new Append(SampleEvents.event("a.a", "x".repeat(bytes)), null));
  }

  private static void assertRefused(CompletableFuture<List<AppendResult>> appended, String why) {
    assertThat(appended).isCompleted();
    assertThat(appended.join())
        .isNotEmpty()
        .allSatisfy(result ->
            assertThat(result)
                .isInstanceOfSatisfying(
                    AppendResult.Unavailable.class,
                    unavailable -> assertThat(unavailable.reason()).contains(why)));
  }

  @Test
  void givesOutWholeRequestsInOrder() throws Exception {
    queue.put(appends(1, 1));
    queue.put(appends(2, 1));
    assertThat(queue.await(0)).isTrue();

    assertThat(queue.take()).extracting(request -> request.appends().size()).containsExactly(1, 2);
    assertThat(queue.await(0)).isFalse();
    assertThat(queue.take()).isEmpty();
  }

  @Test
  void endsAGroupAtItsBounds() {
    for (int i = 0; i < 6; i++) {
      queue.put(appends(1_000, 1));
    }
    queue.put(appends(10, 500_000));
    queue.put(appends(10, 500_000));
    queue.put(appends(1, 1));

    assertThat(queue.take()).hasSize(5);
    assertThat(queue.take()).hasSize(3);
    assertThat(queue.take()).hasSize(1);
  }

  @Test
  void refusesWhatIsBeyondItsBound() {
    int count = 0;
    while (!queue.put(appends(64, 60_000)).isDone()) {
      count++;
    }

    assertThat(count * 64L * 60_000)
        .isBetween(AppendQueue.MAX_BYTES - (5 << 20), AppendQueue.MAX_BYTES);
    assertRefused(queue.put(appends(64, 60_000)), "More events are waiting");
    queue.take();
    assertThat(queue.put(appends(64, 60_000))).isNotDone();
  }

  @Test
  void takesOneRequestThatIsLargerThanItsBound() {
    assertThat(queue.put(appends(1_200, 60_000))).isNotDone();
  }

  @Test
  void refusesWhatHasWaitedTooLong() {
    long start = System.nanoTime();
    CompletableFuture<List<AppendResult>> first = queue.put(appends(2, 1));

    queue.expire(start, null);
    assertThat(first).isNotDone();
    queue.expire(System.nanoTime() + LATE_NANOS, null);
    assertRefused(first, "within 5 seconds");

    CompletableFuture<List<AppendResult>> second = queue.put(appends(1, 1));
    queue.expire(System.nanoTime() + LATE_NANOS, "It is held up");
    assertRefused(second, "It is held up");
    assertThat(queue.take()).isEmpty();
  }

  @Test
  void givesOutWhatWaitsWhenItIsClosed() throws Exception {
    queue.put(appends(1, 1));
    queue.close("closed");

    assertRefused(queue.put(appends(1, 1)), "closed");
    assertThat(queue.isFinished()).isFalse();
    assertThat(queue.await(60_000)).isTrue();
    assertThat(queue.take()).hasSize(1);
    assertThat(queue.isFinished()).isTrue();
    assertThat(queue.await(60_000)).isFalse();
  }

  @Test
  void refusesEverythingWhenItIsAbandoned() {
    CompletableFuture<List<AppendResult>> waiting = queue.put(appends(1, 1));
    queue.abandon("died");

    assertRefused(waiting, "died");
    assertRefused(queue.put(appends(3, 1)), "died");
    assertThat(queue.isFinished()).isTrue();
  }
}
