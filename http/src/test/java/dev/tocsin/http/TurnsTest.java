package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class TurnsTest {

  private final Queue<Runnable> afterRound = new ArrayDeque<>();
  private final Queue<Runnable> afterSockets = new ArrayDeque<>();
  private final List<String> served = new ArrayList<>();
  private long nanos;
  private final Queue<Task> later = new PriorityQueue<>(Comparator.comparingLong(Task::dueNanos));
  private final Turns turns =
      new Turns(
          () -> nanos,
          afterRound::add,
          afterSockets::add,
          (task, delay) -> later.add(new Task(task, nanos + delay)));
  private final Allowances allowances = new Allowances(() -> nanos);
  private final Allowance abuser = allowances.enter(Payer.of("abuser", null));
  private final Allowance allowance = allowances.enter(Payer.of("neighbour", null));

  private record Task(Runnable task, long dueNanos) {}

  /// Time passes, and what is due then is done.
  private void pass(long delay) {
    long end = nanos + delay;
    while (!later.isEmpty() && later.element().dueNanos() <= end) {
      Task next = later.remove();
      nanos = Math.max(nanos, next.dueNanos());
      next.task().run();
      endRound();
      while (!afterSockets.isEmpty()) {
        serveLine();
      }
    }
    nanos = Math.max(nanos, end);
  }

  private void endRound() {
    while (!afterRound.isEmpty()) {
      afterRound.remove().run();
    }
  }

  /// Serves the line once; what that puts in line waits for the next time.
  private void serveLine() {
    afterSockets.remove().run();
    endRound();
  }

  /// Somebody with work for so many steps of 10 microseconds.
  private Turns.Waiting busy(String name, int steps) {
    return busy(name, steps, 10);
  }

  /// The same with so many bytes for each step.
  private Turns.Waiting busy(String name, int steps, int bytes) {
    return busy(name, steps, bytes, allowance);
  }

  private Turns.Waiting busy(String name, int steps, int bytes, Allowance allowance) {
    int[] left = {steps};
    return new Turns.Waiting() {
      @Override
      public void goOn() {
        served.add(name);
        while (left[0] > 0 && !turns.isOver(allowance)) {
          left[0]--;
          nanos += 10_000;
        }
        if (left[0] > 0) {
          turns.await(this);
        }
      }

      @Override
      public int waitingBytes() {
        return left[0] * bytes;
      }

      @Override
      public Allowance allowance() {
        return allowance;
      }
    };
  }

  /// Thousands may have much to be worked off, and only then does it matter.
  @Test
  void whoHasLittleDoesNotWaitBehindThoseWhoHaveMuch() {
    for (int i = 0; i < 1_000; i++) {
      turns.await(busy("large", 10, 1_000));
    }
    turns.await(busy("small", 1));

    serveLine();

    assertThat(served.getFirst()).isEqualTo("small");
  }

  @Test
  void thoseWhoHaveMuchComeOnHoweverManyHaveLittle() {
    turns.await(busy("large", 10, 1_000));
    for (int i = 0; i < 1_000; i++) {
      turns.await(busy("small", 1));
    }

    serveLine();

    assertThat(served).hasSize(21).endsWith("small", "large");
  }

  @Test
  void whatComesWhileSomebodyWaitsCounts() {
    int[] bytes = {1};
    Turns.Waiting grows =
        new Turns.Waiting() {
          @Override
          public void goOn() {
            served.add("grown");
          }

          @Override
          public int waitingBytes() {
            return bytes[0];
          }

          @Override
          public Allowance allowance() {
            return allowance;
          }
        };
    turns.await(grows);
    bytes[0] = Turns.SMALL_BYTES + 1;
    turns.await(grows);
    turns.await(busy("small", 1));

    serveLine();

    assertThat(served).containsExactly("small", "grown");
  }

  @Test
  void aRoundLastsForAWhileAndThenOthersHaveTheirTurn() {
    assertThat(turns.isOver(allowance)).isFalse();
    nanos += Turns.ROUND_NANOS - 1;
    assertThat(turns.isOver(allowance)).isFalse();
    nanos += 1;
    assertThat(turns.isOver(allowance)).isTrue();

    endRound();

    assertThat(turns.isOver(allowance)).isFalse();
  }

  @Test
  void thoseInLineAreServedInTurnForASliceEach() {
    turns.await(busy("a", 25));
    turns.await(busy("b", 25));
    turns.await(busy("c", 1));

    serveLine();
    assertThat(served).containsExactly("a", "b", "c", "a");
    serveLine();

    assertThat(served).containsExactly("a", "b", "c", "a", "b", "a", "b");
  }

  @Test
  void theLineAsAWholeIsServedNoLongerThanARound() {
    for (int i = 0; i < 50; i++) {
      turns.await(busy("x", 1_000));
    }

    serveLine();

    assertThat(nanos).isLessThanOrEqualTo(Turns.ROUND_NANOS + Turns.SLICE_NANOS);
    assertThat(afterSockets).hasSize(1);
  }

  @Test
  void whoIsInLineIsThereOnce() {
    Turns.Waiting waiting = busy("a", 1);
    turns.await(waiting);
    turns.await(waiting);

    serveLine();

    assertThat(served).containsExactly("a");
    assertThat(afterSockets).isEmpty();
  }

  @Test
  void oneThatFailsDoesNotEndTheLine() {
    turns.await(
        new Turns.Waiting() {
          @Override
          public void goOn() {
            throw new InternalError("a bug");
          }

          @Override
          public int waitingBytes() {
            return 0;
          }

          @Override
          public Allowance allowance() {
            return allowance;
          }
        });
    turns.await(busy("b", 1));

    serveLine();

    assertThat(served).containsExactly("b");
    assertThat(RecordedLogs.take()).singleElement().asString().contains("a bug");
  }

  @Test
  void aFloodHasItsPartOfTheTimeAndNoMore() {
    abuser.spend(Allowance.BURST_NANOS);
    int[] steps = {0};
    Turns.Waiting flood =
        new Turns.Waiting() {
          @Override
          public void goOn() {
            while (!turns.isOver(abuser)) {
              steps[0]++;
              nanos += 10_000;
            }
            turns.await(this);
          }

          @Override
          public int waitingBytes() {
            return 1;
          }

          @Override
          public Allowance allowance() {
            return abuser;
          }
        };
    turns.await(flood);
    while (!afterSockets.isEmpty()) {
      serveLine();
    }

    pass(1_000_000_000);

    assertThat(steps[0] * 10_000L)
        .isBetween(
            1_000_000_000L / Allowance.PARTS / 2,
            1_000_000_000L / Allowance.PARTS + 2 * Turns.SLICE_NANOS);
  }

  @Test
  void whoIsInDebtWaitsAndOthersDoNot() {
    abuser.spend(2 * Allowance.BURST_NANOS);

    turns.await(busy("abuser", 1, 1, abuser));
    turns.await(busy("neighbour", 1));
    serveLine();

    assertThat(served).containsExactly("neighbour");
    assertThat(turns.isOver(abuser)).isTrue();
    assertThat(turns.isOver(allowance)).isFalse();

    pass(Allowance.BURST_NANOS * Allowance.PARTS + Turns.MAX_WAIT_NANOS);

    assertThat(served).containsExactly("neighbour", "abuser");
  }

  @Test
  void thoseInDebtAreServedInTheirOrderAndNobodyOvertakesThem() {
    abuser.spend(2 * Allowance.BURST_NANOS);
    turns.await(busy("first", 1, 1, abuser));
    turns.await(busy("second", 1, 1, abuser));
    nanos += Allowance.BURST_NANOS * Allowance.PARTS;

    turns.await(busy("third", 1, 1, abuser));
    pass(Turns.MAX_WAIT_NANOS);

    assertThat(served).containsExactly("first", "second", "third");
  }

  @Test
  void whoComesIntoDebtWhileHeWaitsGoesOnWaiting() {
    turns.await(busy("a", 1, 1, abuser));
    abuser.spend(2 * Allowance.BURST_NANOS);
    serveLine();

    assertThat(served).isEmpty();

    pass(Allowance.BURST_NANOS * Allowance.PARTS + Turns.MAX_WAIT_NANOS);

    assertThat(served).containsExactly("a");
  }

  @Test
  void whatIsDoneInATurnIsCountedUnderWhoseItIs() {
    turns.await(busy("a", 5, 1, abuser));
    serveLine();

    assertThat(abuser.isFull()).isFalse();
    assertThat(allowance.isFull()).isTrue();
  }

  @Test
  void timeIsCountedOnceAndUnderTheOneItHasBeenHandedTo() {
    assertThat(turns.begin(abuser)).isTrue();
    assertThat(turns.begin(allowance)).isFalse();
    nanos += Allowance.BURST_NANOS + 1_000_000;
    turns.goOnUnder(allowance);
    nanos += 1_000;
    turns.end();

    assertThat(abuser.isInDebt()).isTrue();
    assertThat(allowance.isInDebt()).isFalse();
    assertThat(allowance.isFull()).isFalse();
  }

  @Test
  void whatIsForgivenIsNotSpentAndWhatWasCountedIs() {
    turns.begin(abuser);
    nanos += Allowance.BURST_NANOS + 1_000_000;
    turns.forgive();
    nanos += 1_000;
    turns.end();
    assertThat(abuser.isInDebt()).isFalse();
    assertThat(abuser.isFull()).isFalse();

    turns.begin(abuser);
    nanos += Allowance.BURST_NANOS + 1_000_000;
    turns.count();
    turns.forgive();
    assertThat(abuser.isInDebt()).isTrue();
  }

  @Test
  void whatTurnsOutToBeSomebodyElsesIsHis() {
    turns.begin(abuser);
    nanos += Allowance.BURST_NANOS + 1_000_000;
    turns.handOver(allowance);
    turns.end();

    assertThat(abuser.isFull()).isTrue();
    assertThat(allowance.isInDebt()).isTrue();
  }
}
