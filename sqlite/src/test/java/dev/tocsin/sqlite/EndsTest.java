package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Someone who is interrupted while he waits for the end.
@Timeout(30)
class EndsTest {

  @AfterEach
  void forgetTheInterrupt() {
    Thread.interrupted();
  }

  @Test
  void dropsNothingThatWaits() {
    ExecutorService reads = Executors.newSingleThreadExecutor();
    CountDownLatch going = new CountDownLatch(1);
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    reads.execute(() -> awaitQuietly(going));
    for (int i = 0; i < 10; i++) {
      int number = i;
      answers.add(CompletableFuture.supplyAsync(() -> number, reads));
    }
    Thread.currentThread().interrupt();
    CompletableFuture.runAsync(
        going::countDown, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS));

    Ends.await(reads);

    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThat(answers).allSatisfy(answer -> assertThat(answer).isCompleted());
  }

  @Test
  void comesAfterTheThread() {
    CountDownLatch going = new CountDownLatch(1);
    Thread thread = Thread.ofPlatform().start(() -> awaitQuietly(going));
    Thread.currentThread().interrupt();
    int[] times = new int[1];

    Ends.await(
        thread,
        () -> {
          if (++times[0] == 3) {
            going.countDown();
          }
        });

    assertThat(thread.isAlive()).isFalse();
    assertThat(times[0]).isGreaterThanOrEqualTo(3);
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
