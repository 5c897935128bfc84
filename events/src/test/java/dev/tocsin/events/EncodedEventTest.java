package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EncodedEventTest {

  private static final byte[] PAYLOAD = "{\"id\":\"\u20ac\"}".getBytes(StandardCharsets.UTF_8);

  @Test
  void partsOfAStoredEventComeTogetherAgain() {
    EncodedEvent event =
        EncodedEvent.of("alert.deleted", PAYLOAD, "2026-01-09T12:00:00Z", "c\u0000\u2028\"", "a");

    assertThat(new String(event.json(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"\u20ac\"},"
                + "\"timestamp\":\"2026-01-09T12:00:00Z\","
                + "\"correlation_id\":\"c\\u0000\u2028\\\"\",\"channel\":\"a\"");
    assertThat(event.payload()).isEqualTo(PAYLOAD).isNotSameAs(PAYLOAD);
    assertThat(StrictJson.check(event.toString().getBytes(StandardCharsets.UTF_8))).isNull();
  }

  @Test
  void absentPartsAreLeftOut() {
    EncodedEvent event =
        EncodedEvent.of(
            "connection.error",
            "{}".getBytes(StandardCharsets.UTF_8),
            "2026-01-09T12:00:00Z",
            null,
            null);

    assertThat(event)
        .hasToString(
            "{\"type\":\"connection.error\",\"payload\":{},\"timestamp\":\"2026-01-09T12:00:00Z\"}");
    assertThat(event.channel()).isEmpty();
  }

  @Test
  void deliveredFormEndsInThePositions() {
    EncodedEvent event =
        EncodedEvent.of("alert.deleted", PAYLOAD, "2026-01-09T12:00:00Z", null, "alerts");

    assertThat(event.toJson(Long.MAX_VALUE, 0))
        .endsWith("\"channel\":\"alerts\",\"sequence\":9223372036854775807,\"previous\":0}");
  }
}
