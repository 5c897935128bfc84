package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.Stretch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnreadableStretchesTest {

  private long now = Long.MAX_VALUE - 5;
  private final UnreadableStretches stretches = new UnreadableStretches(() -> now);

  @BeforeEach
  void forget() {
    RecordedLogs.take();
  }

  @Test
  void tellsOnceOfWhatTouchesOrOverlapsOnEitherSide() {
    stretches.add(100, 110);
    stretches.add(111, 120);
    stretches.add(90, 99);
    stretches.add(80, 115);
    stretches.add(95, 130);
    stretches.add(100, 101);

    stretches.tellRest();

    assertThat(stretches.all()).containsExactly(new Stretch(80, 130));
    assertThat(RecordedLogs.take()).hasSize(1);
  }

  @Test
  void joinsWhatWasApart() {
    stretches.add(10, 19);
    stretches.add(30, 39);
    stretches.add(50, 59);

    stretches.add(15, 49);

    assertThat(stretches.all()).containsExactly(new Stretch(10, 59));
  }

  @Test
  void tellsTheFirstAtOnceAndThoseThatFollowInOneLine() {
    for (long i = 1; i <= 40; i++) {
      stretches.add(i * 10, i * 10 + 5);
    }
    assertThat(RecordedLogs.take()).singleElement().asString().contains("10", "15");
    stretches.tell();
    assertThat(RecordedLogs.take()).isEmpty();

    now += UnreadableStretches.QUIET_NANOS;
    stretches.tell();
    stretches.tell();

    assertThat(RecordedLogs.take()).singleElement().asString().contains("20", "405", "39");
    now += UnreadableStretches.QUIET_NANOS;
    stretches.add(1_000, 1_000);
    assertThat(RecordedLogs.take()).as("a while later").hasSize(1);
    stretches.tellRest();
    assertThat(RecordedLogs.take()).isEmpty();
  }

  @Test
  void tellsOnceOfMoreThanItRemembers() {
    for (int round = 0; round < 3; round++) {
      for (int i = 1; i <= UnreadableStretches.MAX_STRETCHES + 100; i++) {
        stretches.add(i * 10L, i * 10L);
      }
    }
    stretches.tellRest();

    assertThat(stretches.all()).hasSize(UnreadableStretches.MAX_STRETCHES);
    assertThat(RecordedLogs.take())
        .hasSize(3)
        .satisfiesOnlyOnce(line -> assertThat(line).contains("more of the log is damaged"));
  }

  @Test
  void forgetsWhatIsThrownAway() {
    stretches.add(1, 5);
    stretches.add(10, 15);

    stretches.forgetBefore(12);

    assertThat(stretches.all()).containsExactly(new Stretch(10, 15));
  }
}
