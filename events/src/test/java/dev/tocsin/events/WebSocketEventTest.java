package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.events.payload.job.JobProgressPayload;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class WebSocketEventTest {

  private static final String DELIVERED =
      "{\"type\":\"job.progress\",\"payload\":{\"job_id\":\"j\",\"job_type\":\"t\",\"progress\":5,"
          + "\"status\":\"running\"},\"timestamp\":\"2026-01-09T12:00:00Z\","
          + "\"correlation_id\":\"c1\",\"sequence\":7,\"channel\":\"jobs\",\"previous\":5}";

  @Test
  void deliveredEventIsReadAndWrittenBack() {
    WebSocketEvent event = WebSocketEvent.fromJson(DELIVERED);

    assertThat(event.type()).isEqualTo("job.progress");
    assertThat(event.timestamp()).isEqualTo("2026-01-09T12:00:00Z");
    assertThat(event.correlationId()).isEqualTo("c1");
    assertThat(event.sequence()).isEqualTo(7);
    assertThat(event.channel()).isEqualTo("jobs");
    assertThat(event.previous()).isEqualTo(5);
    assertThat(event.toJson()).isEqualTo(DELIVERED);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void payloadHoldsNoNumberThatJsonCannotSay(double number) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.putArray("readings").add(1).addObject().put("value", number);

    assertThatExceptionOfType(InvalidEventException.class)
        .isThrownBy(() -> new WebSocketEvent("a.b", payload, null, null, null, null, null))
        .withMessage("payload holds a number that JSON cannot say: " + number);
  }

  @Test
  void absentFieldsAreLeftOut() {
    WebSocketEvent event = WebSocketEvent.fromJson("{\"type\":\"pong\",\"timestamp\":null}");

    assertThat(event.toJson()).isEqualTo("{\"type\":\"pong\"}");
    assertThat(event.payload()).isNull();
  }

  @Test
  void fieldsOfOtherTypesAndUnknownOnesAreLeftOut() {
    WebSocketEvent event =
        WebSocketEvent.fromJson(
            "{\"type\":\"ping\",\"sequence\":1.5,\"previous\":\"5\",\"channel\":7,\"new\":[1],"
                + "\"timestamp\":1e999999999}");

    assertThat(event.toJson()).isEqualTo("{\"type\":\"ping\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e999999999", "99999999999999999999", "-1.5", "null", "true"})
  void sequenceThatIsNoLongIsNone(String sequence) {
    assertThat(
            WebSocketEvent.fromJson("{\"type\":\"ping\",\"sequence\":" + sequence + "}").sequence())
        .isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "\"ping\"",
        "7",
        "{}",
        "{\"type\":7}",
        "{\"type\":null}",
        "{\"type\":\"ping\"",
        "{\"type\":\"ping\"} x",
        "{\"type\":\"ping\",\"type\":\"pong\"}",
      })
  void whatIsNoEventIsRefused(String json) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WebSocketEvent.fromJson(json))
        .withMessageStartingWith("not an event: ")
        .withMessageNotContaining("Source");
  }

  @Test
  void numbersKeepTheirDigits() {
    String digits = "1.10".concat("0".repeat(3_000)).concat("1");
    String json = "{\"type\":\"x.y\",\"payload\":{\"a\":" + digits + ",\"b\":1.10}}";

    assertThat(WebSocketEvent.fromJson(json).toJson()).isEqualTo(json);
  }

  @Test
  void payloadIsCopiedOnTheWayIn() {
    ObjectNode payload = (ObjectNode) Json.literal("{\"a\":1}");
    WebSocketEvent event = new WebSocketEvent("x.y", payload, null, null, null, null, null);

    payload.put("a", 2);

    assertThat(event.toJson()).isEqualTo("{\"type\":\"x.y\",\"payload\":{\"a\":1}}");
  }

  @Test
  void typedPayloadIsCheckedBeforeItIsRead() {
    WebSocketEvent event = WebSocketEvent.fromJson(DELIVERED);

    assertThat(event.payload(JobProgressPayload.class))
        .isEqualTo(new JobProgressPayload("j", "t", 5, "running", null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> event.payload(AlertDeletedPayload.class))
        .withMessageContaining("AlertDeletedPayload");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> WebSocketEvent.fromJson("{\"type\":\"ping\"}").payload(JobProgressPayload.class));
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            WebSocketEvent.fromJson("{\"type\":\"ping\",\"payload\":[]}")
                .payload(JobProgressPayload.class));
  }

  @Test
  void createdEventIsAcceptedByTheEncoder() {
    EventCatalog catalog = EventCatalog.builtIn();
    WebSocketEvent event =
        catalog.createEvent(new JobProgressPayload("j", "t", 5, "x", null), "c\"1", null);

    EncodingResult result =
        new EventEncoder(catalog, InstantSource.system())
            .encode(event.toJson().getBytes(StandardCharsets.UTF_8));

    assertThat(result).hasToString(event.toJson());
  }
}
