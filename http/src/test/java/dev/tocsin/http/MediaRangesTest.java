package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaRangesTest {

  private static final String STREAM = "text/event-stream";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/event-stream                    | true",
        "TEXT/EVENT-STREAM                    | true",
        "text/event-stream;charset=utf-8;q=1  | true",
        "text/*                               | true",
        "*/*                                  | true",
        "application/json, text/event-stream  | true",
        "application/json,*/*;q=0.01          | true",
        "text/event-stream;q=0.001            | true",
        "text/*;q=0, text/event-stream        | true",
        "text/event-stream, */*;q=0           | true",
        "text/event-stream;q=x                | true",
        "text/event-stream;q=0, text/event-stream | true",
        "application/json                     | false",
        "text/plain                           | false",
        "text                                 | false",
        "text/event-stream;q=0                | false",
        "text/event-stream; Q=0.000           | false",
        "*/*, text/event-stream;q=0           | false",
        "*/*, text/*;q=0                      | false",
        ",,;                                  | false",
      })
  void theMostExactRangeDecides(String accept, boolean admitted) {
    assertThat(MediaRanges.admit(List.of(accept), STREAM)).isEqualTo(admitted);
  }

  @Test
  void severalHeadersAreOneList() {
    assertThat(MediaRanges.admit(List.of("application/json", STREAM), STREAM)).isTrue();
    assertThat(MediaRanges.admit(List.of("application/json", "text/html"), STREAM)).isFalse();
  }

  @Test
  void whoSaysNothingTakesEverything() {
    assertThat(MediaRanges.admit(List.of(), STREAM)).isTrue();
    assertThat(MediaRanges.admit(List.of(" "), STREAM)).isTrue();
  }
}
