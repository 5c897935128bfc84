package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;

class EventEncoderFuzzTest {

  private static final EventEncoder ENCODER =
      new EventEncoder(
          EventCatalog.builtIn(), InstantSource.fixed(Instant.parse("2026-01-09T12:00:00Z")));

  @FuzzTest(maxDuration = "60s")
  void acceptedEventIsStrictJsonAndIsAcceptedAgainUnchanged(byte[] json) {
    switch (ENCODER.encode(json)) {
      case Rejection rejection -> {
        assertThat(rejection.message()).isNotBlank().hasSizeLessThan(2_000);
        assertThat(rejection.errors().isEmpty())
            .isEqualTo(rejection.code() != ErrorCode.INVALID_PAYLOAD);
      }
      case EncodedEvent event -> {
        byte[] delivered = event.toJson(1, 0).getBytes(StandardCharsets.UTF_8);
        assertThat(StrictJson.check(delivered)).isNull();
        assertThat(ENCODER.encode(delivered)).hasToString(event.toString());
        WebSocketEvent read = WebSocketEvent.fromJson(event.toJson(1, 0));
        assertThat(read.type()).isEqualTo(event.type());
        assertThat(read.sequence()).isEqualTo(1);
      }
    }
  }
}
