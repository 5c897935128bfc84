package dev.tocsin.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class WorkerTest {

  private static final long SECOND = 1_000_000_000;

  private final Agenda agenda = new Agenda();
  private final PerSecond busy = new PerSecond();
  private final Worker worker = new Worker(agenda, busy);
  private final List<Long> begun = new ArrayList<>();

  private void work(long nanos) {
    worker.execute(() -> {
      begun.add(agenda.nanoTime());
      agenda.spend(nanos);
    });
  }

  @Test
  void aTaskBeginsWhenTheOneBeforeItHasTakenItsTime() {
    work(SECOND);
    work(SECOND / 2);
    work(1);
    agenda.runUntil(10 * SECOND);

    assertThat(begun).containsExactly(0L, SECOND, SECOND + SECOND / 2);
  }

  @Test
  void workersTakeTheirTimeSideBySide() {
    Worker other = new Worker(agenda, busy);
    work(SECOND);
    other.execute(() -> begun.add(agenda.nanoTime()));
    agenda.runUntil(10 * SECOND);

    assertThat(begun).containsExactly(0L, 0L);
  }

  @Test
  void whatATaskTakesIsNotedInTheSecondsInWhichItWasAtWork() {
    agenda.at(SECOND / 2, () -> work(2 * SECOND));
    agenda.runUntil(10 * SECOND);

    assertThat(busy.most(0, SECOND)).isEqualTo(0.5);
    assertThat(busy.most(SECOND, 2 * SECOND)).isEqualTo(1);
    assertThat(busy.most(2 * SECOND, 5 * SECOND)).isEqualTo(0.5);
    assertThat(busy.most(3 * SECOND, 5 * SECOND)).isZero();
  }

  @Test
  void oneThatHasStoppedTakesNothingAndDoesNothing() {
    work(SECOND);
    work(1);
    agenda.runUntil(SECOND / 2);
    worker.stop();
    agenda.runUntil(10 * SECOND);

    assertThat(begun).containsExactly(0L);
    assertThatThrownBy(() -> work(1)).isInstanceOf(RejectedExecutionException.class);
  }
}
