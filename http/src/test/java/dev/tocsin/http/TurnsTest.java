package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class TurnsTest {

  private final Queue<Runnable> afterRound = new ArrayDeque<>();
  private final Queue<Runnable> afterSockets = new ArrayDeque<>();
  private final List<String> served = new ArrayList<>();
  private long nanos;
  private final Turns turns = new Turns(() -> nanos, afterRound::add, afterSockets::add);

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
        });
    turns.await(busy("b", 1));

    serveLine();

    assertThat(served).containsExactly("b");
    assertThat(RecordedLogs.take()).singleElement().asString().contains("a bug");
  }
}
