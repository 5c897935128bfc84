package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// What a log owes besides that goes by the clock of its process, and by no server's.
public abstract class OwnClockContract extends EventLogContract {

  @Test
  void findsThePlaceOfATime() {
    EventLog log = open();
    Instant begin = clock.instant();
    for (int second = 0; second < 5; second++) {
      append(log, "a.a", "a.b");
      clock.advance(Duration.ofSeconds(1));
    }

    assertThat(await(log.positionAt(begin.minusSeconds(9)))).isZero();
    assertThat(await(log.positionAt(begin))).isZero();
    assertThat(await(log.positionAt(begin.plusMillis(1)))).isEqualTo(2);
    assertThat(await(log.positionAt(begin.plusSeconds(3)))).isEqualTo(6);
    assertThat(await(log.positionAt(begin.plusSeconds(99)))).isEqualTo(10);
  }

  @Test
  void forgetsAKeyAfterItsWindow() {
    EventLog log = open();
    appendKeyed(log, "key", "a.a");

    clock.advance(WINDOW.minusMillis(1));
    assertThat(appendKeyed(log, "key", "a.a")).isEqualTo(stored(1));
    clock.advance(Duration.ofMillis(1));
    assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(stored(2));
    clock.advance(WINDOW.minusMillis(1));

    assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(stored(2));
    assertThat(appendKeyed(log, "key", "a.a")).isEqualTo(new AppendResult.Conflict());
  }

  @Test
  void forgetsNoKeyBecauseAClockWasSet() {
    EventLog log = open();
    clock.set(Duration.ofDays(-20_000));
    appendKeyed(log, "key", "a.a");

    clock.set(Duration.ofDays(20_030));

    assertThat(appendKeyed(log, "key", "a.a")).isEqualTo(stored(1));
    clock.set(Duration.ofDays(-60));
    clock.advance(WINDOW);
    assertThat(appendKeyed(log, "key", "a.a")).isEqualTo(stored(2));
  }
}
