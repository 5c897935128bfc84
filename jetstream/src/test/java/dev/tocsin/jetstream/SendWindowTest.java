package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SendWindowTest {

  private static final AppendResult.Stored STORED =
      new AppendResult.Stored(7, SampleEvents.TIMESTAMP);
  private static final AppendResult.Unavailable LATE = new AppendResult.Unavailable("late");

  private final SendWindow window = new SendWindow();

  private static AppendRequest request(int events, long endNanos) {
    return new AppendRequest(
        IntStream.range(0, events).mapToObj(i -> SampleEvents.appends("a.a").getFirst()).toList(),
        endNanos);
  }

  private Flight next() {
    Flight flight = window.next();
    assertThat(flight).isNotNull();
    return flight;
  }

  @Test
  void asManyAreInFlightAsThereArePlaces() {
    window.admit(request(SendWindow.SIZE + 1, 0));
    for (int i = 0; i < SendWindow.SIZE; i++) {
      next();
    }

    assertThat(window.next()).isNull();
    assertThat(window.inFlight()).isEqualTo(SendWindow.SIZE);

    window.settle(window.inOrder().get(17), STORED);
    assertThat(window.inFlight()).isEqualTo(SendWindow.SIZE - 1);
    next();
    assertThat(window.next()).isNull();
  }

  @Test
  void placesAreUsedAgainUnderNewNumbers() {
    window.admit(request(2, 0));
    Flight first = next();
    window.settle(first, STORED);
    Flight second = next();

    assertThat(second.number()).isGreaterThan(first.number());
    assertThat(window.find(first.number())).isNull();
    assertThat(window.find(second.number())).isSameAs(second);
  }

  @Test
  void flightsAreInTheOrderInWhichTheyCame() {
    window.admit(request(4, 0));
    window.settle(next(), STORED);
    Flight two = next();
    Flight three = next();
    window.settle(two, STORED);
    Flight four = next();

    assertThat(window.inOrder()).containsExactly(three, four);
  }

  @Test
  void aFlightIsSettledOnce() {
    AppendRequest request = request(2, 0);
    window.admit(request);
    Flight one = next();
    next();
    window.settle(one, STORED);

    window.settle(one, LATE);

    assertThat(window.inFlight()).isEqualTo(1);
    assertThat(window.takeFinished()).isEmpty();
    window.settle(window.inOrder().getFirst(), LATE);
    assertThat(window.takeFinished()).containsExactly(request);
    request.answerNow();
    assertThat(Logs.await(request.answer())).isEqualTo(List.of(STORED, LATE));
  }

  @Test
  void aRequestIsFinishedOnceWhenAllItsEventsAre() {
    AppendRequest request = request(2, 0);
    window.admit(request);
    window.settle(next(), STORED);
    assertThat(window.takeFinished()).isEmpty();

    window.settle(next(), STORED);

    assertThat(window.takeFinished()).containsExactly(request);
    assertThat(window.takeFinished()).isEmpty();
    assertThat(window.isEmpty()).isTrue();
  }

  @Test
  void moreThanMayWaitIsRefused() {
    long one = request(1, 0).bytes();
    SendWindow small = new SendWindow(2 * one);

    assertThat(small.admit(request(1, 0))).isTrue();
    assertThat(small.admit(request(1, 0))).isTrue();
    assertThat(small.admit(request(1, 0))).isFalse();

    // What is in flight waits no more.
    assertThat(small.next()).isNotNull();
    assertThat(small.admit(request(1, 0))).isTrue();
    assertThat(small.admit(request(1, 0))).isFalse();
  }

  @Test
  void oneRequestMayBeLargerThanWhatMayWait() {
    SendWindow small = new SendWindow(1);

    assertThat(small.admit(request(3, 0))).isTrue();
    assertThat(small.admit(request(1, 0))).isFalse();
  }

  @Test
  void whatHasWaitedForTooLongIsGivenUp() {
    AppendRequest begun = request(2, 10);
    AppendRequest waiting = request(1, 10);
    AppendRequest later = request(1, 11);
    SendWindow small = new SendWindow(begun.bytes() + waiting.bytes() + later.bytes());
    small.admit(begun);
    small.admit(waiting);
    small.admit(later);
    Flight first = small.next();
    assertThat(first).isNotNull();

    small.expireWaiting(9, () -> LATE);
    assertThat(small.takeFinished()).isEmpty();
    small.expireWaiting(10, () -> LATE);

    assertThat(small.takeFinished()).containsExactly(waiting);
    waiting.answerNow();
    assertThat(Logs.await(waiting.answer())).containsExactly(LATE);
    small.settle(first, STORED);
    assertThat(small.takeFinished()).containsExactly(begun);
    begun.answerNow();
    assertThat(Logs.await(begun.answer())).containsExactly(STORED, LATE);
    // They take up nothing any more.
    assertThat(small.admit(request(2, 0))).isTrue();
    assertThat(small.admit(request(1, 0))).isTrue();
    assertThat(small.next()).isNotNull();
  }
}
