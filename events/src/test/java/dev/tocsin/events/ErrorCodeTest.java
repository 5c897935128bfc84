package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorCodeTest {

  @Test
  void codesOfTheProtocolAreThere() {
    assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::wireName))
        .contains(
            "invalid_json",
            "invalid_message",
            "unknown_action",
            "invalid_pattern",
            "too_many_patterns",
            "unknown_event_type",
            "reserved_event_type",
            "invalid_payload",
            "idempotency_conflict",
            "forbidden",
            "rate_limited",
            "unavailable",
            "invalid_query",
            "not_found",
            "method_not_allowed",
            "message_too_large",
            "unsupported_media_type",
            "not_acceptable")
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource
  void wireNameLeadsBackToTheCode(ErrorCode code) {
    assertThat(ErrorCode.ofWireName(code.wireName())).contains(code);
    assertThat(code).hasToString(code.wireName());
    assertThat(code.wireName()).matches("[a-z_]+");
  }

  @Test
  void onlyWhatTimeCanHealIsRetryable() {
    assertThat(ErrorCode.values())
        .filteredOn(ErrorCode::isRetryable)
        .containsExactly(
            ErrorCode.RATE_LIMITED,
            ErrorCode.UNAVAILABLE,
            ErrorCode.REQUEST_TIMEOUT,
            ErrorCode.INTERNAL_ERROR);
  }

  @Test
  void unknownNameIsNoCode() {
    assertThat(ErrorCode.ofWireName("INVALID_JSON")).isEmpty();
    assertThat(ErrorCode.ofWireName("")).isEmpty();
  }
}
