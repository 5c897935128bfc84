package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredEnvelopeTest {

  private static Optional<EncodedEvent> read(String json) {
    return StoredEnvelope.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"id\":\"€ \\n \\u0000\"}",
        "{\"a\":{\"a\":{\"a\":[1,2.5e3,null,true]}}}",
        "{ \"id\" : 1 }"
      })
  void whatWasWrittenComesBack(String payload) {
    for (String text : new String[] {"plain", "a \"quoted\"\n\0id", "ä 😀"}) {
      EncodedEvent event =
          EncodedEvent.of(
              "newer.type_9",
              payload.getBytes(StandardCharsets.UTF_8),
              "2026-05-06T07:08:09.123456789+05:30",
              text,
              text);

      EncodedEvent read = read(event.toString()).orElseThrow();

      assertThat(read.json()).isEqualTo(event.json());
      assertThat(read.payload()).isEqualTo(event.payload());
      assertThat(read.type()).isEqualTo(event.type());
      assertThat(read.timestamp()).isEqualTo(event.timestamp());
      assertThat(read.correlationId()).isEqualTo(event.correlationId());
      assertThat(read.channel()).isEqualTo(event.channel());
    }
  }

  @Test
  void anyOrderAndWhiteSpaceIsRead() {
    assertThat(
            read(
                " { \"channel\" : \"c\", \"timestamp\":\"2026-01-02T03:04:05Z\",\n"
                    + "\"payload\":{\"\\u0061\":1}, \"type\":\"a.b\" } "))
        .hasValueSatisfying(event -> {
          assertThat(event)
              .hasToString(
                  "{\"type\":\"a.b\",\"payload\":{\"\\u0061\":1},"
                      + "\"timestamp\":\"2026-01-02T03:04:05Z\",\"channel\":\"c\"}");
        });
  }

  @Test
  void aPayloadMayBeAsDeepAsAnyEvent() {
    String payload = "{\"a\":".repeat(63) + "{}" + "}".repeat(63);
    EncodedEvent event =
        EncodedEvent.of(
            "a.b", payload.getBytes(StandardCharsets.UTF_8), "2026-01-02T03:04:05Z", null, null);

    assertThat(read(event.toString())).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "[]",
        "{}",
        "{\"type\":\"a.b\",\"payload\":{},\"timestamp\":\"2026-01-02T03:04:05Z\"",
        "{\"type\":\"a.b\",\"payload\":{},\"timestamp\":\"2026-01-02T03:04:05Z\"}}",
        "{\"type\":\"a.b\",\"payload\":{},\"timestamp\":\"yesterday\"}",
        "{\"type\":\"A b\",\"payload\":{},\"timestamp\":\"2026-01-02T03:04:05Z\"}",
        "{\"type\":\"a.b\",\"payload\":[],\"timestamp\":\"2026-01-02T03:04:05Z\"}",
        "{\"type\":\"a.b\",\"payload\":{\"a\":1,\"a\":2},\"timestamp\":\"2026-01-02T03:04:05Z\"}",
        "{\"type\":\"a.b\",\"payload\":{\"a\":\"\\ud800\"},\"timestamp\":\"2026-01-02T03:04:05Z\"}",
        "{\"type\":\"a.b\",\"payload\":{},\"timestamp\":\"2026-01-02T03:04:05Z\",\"sequence\":1}",
        "{\"type\":\"a.b\",\"type\":\"a.b\",\"payload\":{},\"timestamp\":\"2026-01-02T03:04:05Z\"}",
        "{\"type\":\"a.b\",\"payload\":{},\"timestamp\":\"2026-01-02T03:04:05Z\",\"channel\":7}",
      })
  void whatIsNoEnvelopeIsNone(String json) {
    assertThat(read(json)).isEmpty();
  }
}
