package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.hub.DurationFigures;
import dev.tocsin.hub.HubStats;
import dev.tocsin.hub.SubscriptionStats;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// How fast the hub works, from what its counters say once a second.
class RatesTest {

  private static final long SECOND = 1_000_000_000L;

  private static final DurationFigures NO_TIMES =
      new DurationFigures(
          Collections.nCopies(DurationFigures.UPPER_BOUNDS_SECONDS.size() + 1, 0L), 0);

  private long published;
  private long delivered;
  private long rejected;

  /// A clock may stand anywhere.
  private long now = Long.MAX_VALUE - 5 * SECOND;

  private final Rates rates = new Rates(this::stats);

  private HubStats stats() {
    return new HubStats(
        SubscriptionStats.NONE,
        0,
        0,
        Map.of("a.a", published),
        Map.of(new HubStats.Refused("a.a", ErrorCode.INVALID_PAYLOAD), rejected),
        Map.of("a.a", delivered),
        0,
        NO_TIMES,
        NO_TIMES);
  }

  private void pass(int seconds, int eventsPerSecond) {
    for (int i = 0; i < seconds; i++) {
      now += SECOND;
      published += eventsPerSecond;
      delivered += 10L * eventsPerSecond;
      rejected += 1;
      rates.look(now);
    }
  }

  @Test
  void areNothingInTheBeginning() {
    published = 7;

    assertThat(rates.now(now)).isEqualTo(new Rates.PerSecond(0, 0, 0));
  }

  @Test
  void areTheMeanOfTheLastTenSeconds() {
    rates.look(now);
    pass(30, 1_000);
    pass(5, 0);
    pass(5, 40);

    assertThat(rates.now(now)).isEqualTo(new Rates.PerSecond(20, 200, 1));
  }

  @Test
  void areOfTheTimeThereWas() {
    rates.look(now);
    pass(4, 100);

    assertThat(rates.now(now)).isEqualTo(new Rates.PerSecond(100, 1_000, 1));
  }

  @Test
  void everyEventLoopMayLook() {
    rates.look(now);
    for (int i = 0; i < 100; i++) {
      pass(1, 100);
      rates.look(now + SECOND / 4);
      rates.look(now + SECOND / 2);
    }

    assertThat(rates.now(now)).isEqualTo(new Rates.PerSecond(100, 1_000, 1));
  }

  @Test
  void forgetWhatWasBeforeAStandstill() {
    rates.look(now);
    pass(10, 1_000);
    now += 3_600 * SECOND;

    assertThat(rates.now(now).published()).isZero();
  }
}
