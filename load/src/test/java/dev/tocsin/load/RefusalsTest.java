package dev.tocsin.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalsTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "'{\"error\":\"a\",\"detail\":\"b\"}', a: b",
        "'{\"type\":\"error\",\"payload\":{\"error\":\"a\",\"message\":\"b\"}}', a: b",
        "'{\"accepted\":1,\"rejected\":[{\"line\":1,\"error\":\"a\",\"message\":\"b\"}]}', a: b",
        "'no JSON at  all', no JSON at all",
        "'', ''"
      })
  void theReasonIsFound(String said, String reason) {
    assertThat(Refusals.of(said)).isEqualTo(reason);
  }
}
