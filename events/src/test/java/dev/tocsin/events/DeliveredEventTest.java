package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Events that come from a hub and go to one again.
class DeliveredEventTest {

  private static final int MAX = 64 * 1024;
  private static final String NOW = "2026-01-09T12:00:00.123Z";
  private static final EventCatalog CATALOG = EventCatalog.builtIn();
  private static final EventEncoder ENCODER =
      new EventEncoder(CATALOG, InstantSource.fixed(Instant.parse(NOW)));

  /// An event of the greatest length, as its producer wrote it.
  private static String longest(String fields) {
    String start = "{\"type\":\"alert.deleted\",\"payload\":{ \"id\":\"\\u0041\", \"reason\":\"";
    String end = "\",\"n\":1e400}" + fields + "}";
    return start + "x".repeat(MAX - start.length() - end.length()) + end;
  }

  private static EncodedEvent encoded(byte[] envelope) {
    return switch (ENCODER.encode(envelope)) {
      case EncodedEvent event -> event;
      case Rejection rejection -> throw new AssertionError(rejection.message());
    };
  }

  private static byte[] delivered(String event) {
    return utf8(encoded(utf8(event)).toJson(Long.MAX_VALUE, Long.MAX_VALUE - 1));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String shortened(byte[] event) {
    return new String(DeliveredEvent.shortened(event, MAX, CATALOG), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",\"timestamp\":\"2026-01-01T00:00:00+01:00\"",
        ",\"channel\":\"of-its-own\"",
        ",\"channel\":\"alerts\"",
        ",\"correlation_id\":\"c\\u00e4\"",
        ",\"timestamp\":\"2026-01-01T00:00:00+01:00\",\"channel\":\"of-its-own\",\"correlation_id\":\"c\"",
      })
  void theLongestEventIsPublishedAgainAsItsProducerWroteIt(String fields) {
    byte[] event = delivered(longest(fields));
    assertThat(event.length).isGreaterThan(MAX);

    byte[] again = DeliveredEvent.shortened(event, MAX, CATALOG);

    assertThat(again.length).isLessThanOrEqualTo(MAX);
    assertThat(encoded(again).toJson(7, 6)).isEqualTo(encoded(utf8(longest(fields))).toJson(7, 6));
  }

  @Test
  void theTimestampOfTheHubIsKeptWhereThereIsRoom() {
    byte[] delivered = delivered(longest("").replaceFirst("x{100}", ""));
    assertThat(delivered.length).isGreaterThan(MAX);

    assertThat(shortened(delivered)).contains(NOW);
  }

  @Test
  void aChannelThatNobodyHereKnowsIsTakenForTheHubsOwn() {
    String event = new String(delivered(longest("")), StandardCharsets.UTF_8);
    String foreign = event.replace("alert.deleted", "foreign.event").replace("alerts", "foreign");

    assertThat(shortened(utf8(foreign))).doesNotContain("\"channel\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"a.b\",\"timestamp\":\"t\"",
        "[\"sequence\"",
        "{\"sequence\":1,",
        "\"\\ud800"
      })
  void whatWasNotDeliveredStaysAsItIs(String start) {
    byte[] other = utf8(start + " ".repeat(MAX) + (start.startsWith("[") ? "]" : "}"));

    assertThat(DeliveredEvent.shortened(other, MAX, CATALOG)).isSameAs(other);
  }

  @Test
  void whatIsShortEnoughStaysAsItIs() {
    byte[] event = utf8("{\"type\":\"a.b\",\"sequence\":7}");

    assertThat(DeliveredEvent.shortened(event, MAX, CATALOG)).isSameAs(event);
  }
}
