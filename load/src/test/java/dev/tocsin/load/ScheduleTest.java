package dev.tocsin.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static final long START = -5_000_000_000L;

  private final List<Long> slept = new ArrayList<>();
  private long now = START;

  private Schedule schedule(double rate) {
    return new Schedule(
        rate,
        () -> now,
        nanos -> {
          slept.add(nanos);
          now += nanos;
        },
        START);
  }

  @Test
  void eventsAreDueAtFixedTimes() {
    Schedule schedule = schedule(200);

    assertThat(schedule.due(0)).isEqualTo(START);
    assertThat(schedule.due(1)).isEqualTo(START + 5_000_000);
    assertThat(schedule.due(200L * 86_400)).isEqualTo(START + 86_400_000_000_000L);
  }

  @Test
  void whoIsOnTimeWaitsUntilTheNextIsDue() {
    Schedule schedule = schedule(200);

    assertThat(schedule.await(1)).isEqualTo(START + 5_000_000);
    now += 1_000_000;
    assertThat(schedule.await(2)).isEqualTo(START + 10_000_000);

    assertThat(slept).containsExactly(5_000_000L, 4_000_000L);
  }

  @Test
  void whoIsLateDoesNotWaitAndTheTimesStay() {
    Schedule schedule = schedule(200);
    now += 12_000_000; // held up: events 0, 1 and 2 are due already

    assertThat(schedule.await(0)).isEqualTo(START);
    assertThat(schedule.await(1)).isEqualTo(START + 5_000_000);
    assertThat(schedule.await(2)).isEqualTo(START + 10_000_000);
    assertThat(slept).isEmpty();
    assertThat(schedule.await(3)).isEqualTo(START + 15_000_000);
    assertThat(slept).containsExactly(3_000_000L);
  }

  @Test
  void waitsAgainWhenItIsWokenEarly() {
    Schedule schedule =
        new Schedule(
            1,
            () -> now,
            nanos -> {
              slept.add(nanos);
              now += (nanos + 1) / 2;
            },
            START);

    schedule.await(1);

    assertThat(now).isEqualTo(START + 1_000_000_000);
    assertThat(slept).hasSizeGreaterThan(1);
  }
}
