package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EventRingTest {

  private static LoggedEvent event(long sequence, int idLength) {
    return new LoggedEvent(sequence, SampleEvents.event("a.a", "x".repeat(idLength)));
  }

  @Property(tries = 200)
  void keepsTheLongestRunOfNewestEventsThatFits(
      @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 600) Integer> idLengths,
      @ForAll @IntRange(min = 1, max = 8_000) int maxBytes,
      @ForAll @IntRange(min = 0, max = 5_000) int begin) {
    EventRing ring = new EventRing(begin, maxBytes);
    List<LoggedEvent> kept = new ArrayList<>();
    for (int idLength : idLengths) {
      LoggedEvent event = event(ring.newest() + 1, idLength);
      ring.add(event);
      kept.add(event);
      while (kept.size() > 1 && kept.stream().mapToLong(LoggedEvent::weight).sum() > maxBytes) {
        kept.removeFirst();
      }

      assertThat(ring.newest()).isEqualTo(event.sequence());
      assertThat(ring.oldest()).isEqualTo(kept.getFirst().sequence());
      assertThat(ring.read(0, Integer.MAX_VALUE, Integer.MAX_VALUE)).isEqualTo(kept);
    }
    assertThat(ring.newest()).isEqualTo(begin + idLengths.size());
  }

  @Test
  void growsAsFarAsItsBytesReach() {
    EventRing ring = new EventRing(7, Long.MAX_VALUE);
    for (long sequence = 8; sequence <= 5_007; sequence++) {
      ring.add(event(sequence, 1));
    }

    assertThat(ring.oldest()).isEqualTo(8);
    assertThat(ring.read(4_999, 3, 1_000_000))
        .extracting(LoggedEvent::sequence)
        .containsExactly(5_000L, 5_001L, 5_002L);
  }

  @Test
  void takesNothingOutOfOrder() {
    EventRing ring = new EventRing(7, 1_000);

    assertThatIllegalArgumentException().isThrownBy(() -> ring.add(event(7, 1)));
    assertThatIllegalArgumentException().isThrownBy(() -> ring.add(event(9, 1)));
  }
}
