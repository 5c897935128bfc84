package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class TimeSpanTest {

  @ParameterizedTest
  @CsvSource({
    "90s, PT90S, 90s",
    "10m, PT10M, 10m",
    "12H, PT12H, 12h",
    "7d, PT168H, 7d",
    "120s, PT2M, 2m",
    "106751d, PT2562024H, 106751d",
    "106752d, PT2562024H, 106751d",
    "999999999d, PT2562024H, 106751d"
  })
  void readsWhatAUserWrites(String text, Duration duration, String shown) {
    TimeSpan span = TimeSpan.parse(text);

    assertThat(span.duration()).isEqualTo(duration);
    assertThat(span).hasToString(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "d", "-1d", "0s", "1.5h", "9999999999d", "7 d", "1w"})
  void refusesWhatIsNoTime(String text) {
    assertThatThrownBy(() -> TimeSpan.parse(text)).isInstanceOf(TypeConversionException.class);
  }
}
