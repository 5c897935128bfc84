package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CloseCodeTest {

  @Test
  void codesOfTheProtocolAreThereOnceEach() {
    assertThat(Arrays.stream(CloseCode.values()).map(CloseCode::code))
        .contains(1000, 1001, 1003, 1007, 1009, 4508)
        .doesNotHaveDuplicates();
    assertThat(Arrays.stream(CloseCode.values()).map(CloseCode::wireName)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource
  void rangesSayWhetherToComeBack(CloseCode close) {
    int code = close.code();

    assertThat(code)
        .satisfiesAnyOf(
            c -> assertThat(c).isBetween(1000, 1015),
            c -> assertThat(c).isBetween(4400, 4499),
            c -> assertThat(c).isBetween(4500, 4599));
    if (code >= 4000) {
      assertThat(close.isRetryable()).isEqualTo(code >= 4500);
    }
    assertThat(CloseCode.ofCode(code)).contains(close);
    assertThat(CloseCode.isRetryable(code)).isEqualTo(close.isRetryable());
  }

  @ParameterizedTest
  @CsvSource({
    "1006, true",
    "1011, true",
    "1012, true",
    "4400, false",
    "4499, false",
    "4500, true",
    "4599, true",
    "4600, true",
    "1000, false",
    "1001, true",
    "1009, false"
  })
  void clientsCanJudgeEveryCode(int code, boolean retryable) {
    assertThat(CloseCode.isRetryable(code)).isEqualTo(retryable);
  }
}
