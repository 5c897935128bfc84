package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadFaultsTest {

  private final ManualClock clock = new ManualClock();
  private final ReadFaults faults = new ReadFaults(clock::nanoTime);

  @BeforeEach
  void forgetWhatOthersLogged() {
    RecordedLogs.take();
  }

  @Test
  void triesAgainAfterAsLongAsItHasLasted() {
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      long wait = faults.failed(7, error());
      waits.add(wait);
      clock.advance(Duration.ofMillis(wait));
    }

    assertThat(waits)
        .containsExactly(1_000L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L);
    assertThat(RecordedLogs.take()).singleElement().asString().contains("log not readable");
  }

  @Test
  void isToldAgainWhenItIsAnother() {
    faults.failed(7, error());
    faults.failed(7, new IllegalStateException("The disk is gone"));

    assertThat(faults.fault()).contains("The disk is gone");
    assertThat(RecordedLogs.take()).hasSize(2);
  }

  @Test
  void lastsUntilEachPlaceHasBeenRead() {
    faults.failed(7, error());
    faults.failed(20, error());
    assertThat(RecordedLogs.take()).hasSize(1);

    faults.succeeded(0, 7);
    faults.succeeded(8, 20);
    assertThat(faults.fault()).contains("The disk reports an error");
    faults.succeeded(3, 15);
    assertThat(faults.fault()).isPresent();
    // There is nothing after it, but it could be read.
    faults.succeeded(20, 20);

    assertThat(faults.fault()).isEmpty();
    assertThat(faults.failed(7, error())).isEqualTo(1_000);
    assertThat(RecordedLogs.take()).as("it is told anew").hasSize(1);
  }

  @Test
  void isForgottenWhenNobodyTriesAnyMore() {
    faults.failed(7, error());
    clock.advance(Duration.ofNanos(ReadFaults.FORGOTTEN_NANOS + 1));

    assertThat(faults.fault()).isEmpty();
    RecordedLogs.take();
  }

  @Test
  void remembersABoundedNumberOfPlaces() {
    for (int i = 0; i < 2 * ReadFaults.MAX_PLACES; i++) {
      faults.failed(i, error());
    }
    faults.succeeded(0, ReadFaults.MAX_PLACES);

    assertThat(faults.fault()).isEmpty();
    assertThat(RecordedLogs.take()).hasSize(1);
  }

  private static Throwable error() {
    return new CompletionException(new IllegalStateException("The disk reports an error"));
  }
}
