package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTest {

  /// Writes down what it is told, in one line for each call.
  private static final class Told implements Follower {
    private final List<String> calls = new ArrayList<>();

    @Override
    public void events(List<LoggedEvent> events) {
      calls.add("events " + events.stream().map(LoggedEvent::sequence).toList());
    }

    @Override
    public void lost(long from, long to) {
      calls.add("lost " + from + " to " + to);
    }

    @Override
    public void restarted(String epoch, long newest) {
      calls.add("restarted");
    }
  }

  private static List<String> told(List<Stretch> lost, long... sequences) {
    List<LoggedEvent> events =
        Arrays.stream(sequences)
            .mapToObj(sequence -> new LoggedEvent(sequence, SampleEvents.event("a.a")))
            .toList();
    Told follower = new Told();
    new Page(events, lost, 100).handTo(follower);
    return follower.calls;
  }

  @Test
  void whatIsLostIsToldInItsPlace() {
    assertThat(told(List.of(new Stretch(1, 1), new Stretch(4, 6), new Stretch(9, 100)), 2, 3, 7, 8))
        .containsExactly(
            "lost 1 to 1", "events [2, 3]", "lost 4 to 6", "events [7, 8]", "lost 9 to 100");
  }

  @Test
  void stretchesNextToEachOtherHaveNoEventsBetween() {
    assertThat(told(List.of(new Stretch(2, 2), new Stretch(3, 5)), 1, 6))
        .containsExactly("events [1]", "lost 2 to 2", "lost 3 to 5", "events [6]");
  }

  @Test
  void aWholePageIsOneGroup() {
    assertThat(told(List.of(), 1, 2, 3)).containsExactly("events [1, 2, 3]");
  }

  @Test
  void anEmptyPageTellsNothing() {
    assertThat(told(List.of())).isEmpty();
  }
}
