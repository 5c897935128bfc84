package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WaitersTest {

  private final Waiters waiters = new Waiters();

  @Test
  void whoseSequenceIsReachedIsTakenOnce() {
    CompletableFuture<Long> late = waiters.add(9, 100);
    CompletableFuture<Long> early = waiters.add(3, 100);
    CompletableFuture<Long> next = waiters.add(4, 100);

    assertThat(waiters.takeReached(2)).isEmpty();
    assertThat(waiters.takeReached(4)).containsExactly(early, next);
    assertThat(waiters.takeReached(8)).isEmpty();
    assertThat(waiters.takeReached(20)).containsExactly(late);
    assertThat(waiters.takeReached(20)).isEmpty();
  }

  @Test
  void whoseTimeIsUpIsTakenOnce() {
    CompletableFuture<Long> patient = waiters.add(1, 101);
    CompletableFuture<Long> one = waiters.add(5, 100);
    CompletableFuture<Long> other = waiters.add(9, 99);

    assertThat(waiters.takeLate(98)).isEmpty();
    assertThat(waiters.takeLate(100)).containsExactlyInAnyOrder(one, other);
    assertThat(waiters.takeLate(100)).isEmpty();
    assertThat(waiters.takeReached(9)).containsExactly(patient);
  }

  /// By `System.nanoTime`, which may pass from the greatest number to the least.
  @Test
  void timeIsUpAlsoWhenTheClockHasPassedItsGreatestNumber() {
    CompletableFuture<Long> one = waiters.add(1, Long.MAX_VALUE);

    assertThat(waiters.takeLate(Long.MAX_VALUE - 1)).isEmpty();
    assertThat(waiters.takeLate(Long.MIN_VALUE)).containsExactly(one);
  }

  @Test
  void allAreTakenOnce() {
    CompletableFuture<Long> one = waiters.add(1, 1);
    CompletableFuture<Long> other = waiters.add(2, 2);

    assertThat(waiters.takeAll()).containsExactlyInAnyOrder(one, other);
    assertThat(waiters.takeAll()).isEmpty();
    assertThat(waiters.takeReached(2)).isEmpty();
  }
}
