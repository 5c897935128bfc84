package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SerialTest {

  private final Serial serial = new Serial(task -> Thread.ofVirtual().start(task));

  @Test
  void tasksRunOneAtATimeInTheirOrder() throws InterruptedException {
    List<Integer> ran = new ArrayList<>();
    CountDownLatch all = new CountDownLatch(1_000);

    for (int i = 0; i < 1_000; i++) {
      int number = i;
      serial.execute(() -> {
        ran.add(number);
        all.countDown();
      });
    }

    assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(ran).hasSize(1_000).isSorted();
  }

  @Test
  void whatATaskThrowsDoesNotKeepTheNextOneFromRunning() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(1);

    serial.execute(() -> {
      throw new IllegalStateException("thrown by the test");
    });
    serial.execute(() -> {
      throw new NoClassDefFoundError("thrown by the test");
    });
    serial.execute(ran::countDown);

    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
  }
}
