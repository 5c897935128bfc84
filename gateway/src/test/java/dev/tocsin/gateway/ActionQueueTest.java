package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ActionQueueTest {

  /// How an action behaves.
  enum Kind {
    PUBLISH_NOW,
    PUBLISH_LATER,
    OTHER_NOW,
    OTHER_LATER,
    OTHER_WITHOUT_ANSWER
  }

  private final List<String> answers = new ArrayList<>();
  private final ActionQueue queue =
      new ActionQueue(answer -> answers.add(new String(answer, StandardCharsets.US_ASCII)));
  private final List<Integer> started = new ArrayList<>();
  private final List<Runnable> open = new ArrayList<>();

  private ActionQueue.Action action(int number, Kind kind) {
    boolean publish = kind == Kind.PUBLISH_NOW || kind == Kind.PUBLISH_LATER;
    byte[] message =
        kind == Kind.OTHER_WITHOUT_ANSWER
            ? null
            : Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    return new ActionQueue.Action() {
      @Override
      public void start(ActionQueue.Answer answer) {
        // Nothing but publishes beside publishes.
        assertThat(!open.isEmpty() && !publish).isFalse();
        started.add(number);
        switch (kind) {
          case PUBLISH_LATER, OTHER_LATER -> open.add(() -> answer.give(message));
          case PUBLISH_NOW, OTHER_NOW, OTHER_WITHOUT_ANSWER -> answer.give(message);
        }
      }

      @Override
      public boolean isPublish() {
        return publish;
      }
    };
  }

  @Property(tries = 2_000)
  void startsAndAnswersInTheOrderOfTheActions(
      @ForAll @Size(max = 30) List<Kind> kinds, @ForAll long seed) {
    ActionQueueTest fresh = new ActionQueueTest();
    Random random = new Random(seed);
    for (int i = 0; i < kinds.size(); i++) {
      fresh.queue.submit(fresh.action(i, kinds.get(i)), 1);
      while (!fresh.open.isEmpty() && random.nextInt(3) == 0) {
        fresh.open.remove(random.nextInt(fresh.open.size())).run();
      }
    }
    while (!fresh.open.isEmpty()) {
      fresh.open.remove(random.nextInt(fresh.open.size())).run();
    }

    assertThat(fresh.queue.size()).isZero();
    assertThat(fresh.started).isEqualTo(IntStream.range(0, kinds.size()).boxed().toList());
    assertThat(fresh.answers)
        .isEqualTo(
            IntStream.range(0, kinds.size())
                .filter(i -> kinds.get(i) != Kind.OTHER_WITHOUT_ANSWER)
                .mapToObj(Integer::toString)
                .toList());
  }

  @Test
  void letsPublishesRunTogetherAndOthersWait() {
    queue.submit(action(0, Kind.PUBLISH_LATER), 1);
    queue.submit(action(1, Kind.PUBLISH_LATER), 1);
    queue.submit(action(2, Kind.OTHER_NOW), 1);
    queue.submit(action(3, Kind.PUBLISH_LATER), 1);
    assertThat(started).containsExactly(0, 1);
    assertThat(queue.size()).isEqualTo(4);

    open.remove(1).run();
    assertThat(answers).isEmpty();
    open.remove(0).run();

    assertThat(answers).containsExactly("0", "1", "2");
    assertThat(started).containsExactly(0, 1, 2, 3);
  }

  @Test
  void holdsBackWhatComesAfterAnActionThatLasts() {
    queue.submit(action(0, Kind.OTHER_LATER), 1);
    queue.submit(action(1, Kind.OTHER_NOW), 1);
    queue.hold();
    open.remove(0).run();
    queue.submit(action(2, Kind.PUBLISH_NOW), 1);
    assertThat(answers).containsExactly("0");
    assertThat(started).containsExactly(0);
    assertThat(queue.size()).isEqualTo(2);

    queue.release();
    assertThat(answers).containsExactly("0", "1", "2");
  }

  /// An effect that lasts no time.
  @Test
  void releasedBeforeItsAnswerAnActionIsStillAnsweredFirst() {
    queue.submit(action(0, Kind.OTHER_LATER), 1);
    queue.submit(action(1, Kind.OTHER_NOW), 1);
    queue.hold();
    queue.release();
    assertThat(started).containsExactly(0);

    open.remove(0).run();
    assertThat(answers).containsExactly("0", "1");
  }

  @Test
  void doesNotRecurse() {
    queue.submit(action(0, Kind.PUBLISH_LATER), 1);
    for (int i = 1; i < 100_000; i++) {
      queue.submit(action(i, i % 2 == 0 ? Kind.OTHER_NOW : Kind.PUBLISH_NOW), 1);
    }
    open.remove(0).run();

    assertThat(answers).hasSize(100_000);
  }
}
