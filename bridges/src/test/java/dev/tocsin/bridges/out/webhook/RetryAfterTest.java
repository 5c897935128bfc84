package dev.tocsin.bridges.out.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0",
        "120 | 120",
        "007 | 7",
        "Wed, 4 Mar 2026 05:07:07 GMT | 60",
        "Wed, 04 Mar 2026 05:06:00 GMT | 0"
      })
  void secondsAndDatesCount(String header, long seconds) {
    assertThat(RetryAfter.of(header, NOW)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"9999999999999", "99999999999999999999"})
  void moreThanAnybodyWaitsIsVeryLong(String header) {
    assertThat(RetryAfter.of(header, NOW)).isGreaterThan(Duration.ofDays(10_000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-5", "2.5", "soon"})
  void whatIsNeitherSaysNothing(String header) {
    assertThat(RetryAfter.of(header, NOW)).isZero();
  }

  @Test
  void whereThereIsNoneNothingIsSaid() {
    assertThat(RetryAfter.of(null, NOW)).isZero();
  }
}
