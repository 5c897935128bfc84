package dev.tocsin.describe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class CloudEventWriterTest {

  private static final EventCatalog CATALOG = EventCatalog.builtIn();

  private static String written(CloudEventWriter writer, EncodedEvent event, long sequence) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(event, sequence, out::write);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static EncodedEvent event(
      String type, String payload, String time, String correlation, String channel) {
    return EncodedEvent.of(
        type, payload.getBytes(StandardCharsets.UTF_8), time, correlation, channel);
  }

  @Test
  void writesAllThereIsToSay() {
    CloudEventWriter writer = new CloudEventWriter(CATALOG, "e1", null);

    String json =
        written(
            writer,
            event(
                "camera.online",
                "{ \"camera_id\":\"fr\\\"ont\" ,\"x\":1.0}",
                "2026-01-09T12:00:00.5+01:00",
                "k ü",
                "cameras"),
            7);

    assertThat(json)
        .isEqualTo(
            "{\"specversion\":\"1.0\",\"source\":\"/tocsin/e1\",\"id\":\"e1:7\",\"type\":\"tocsin.camera.online\","
                + "\"time\":\"2026-01-09T12:00:00.5+01:00\",\"datacontenttype\":\"application/json\",\"subject\":\"fr\\\"ont\",\"correlationid\":\"k"
                + " ü\",\"sequence\":\"7\",\"channel\":\"cameras\",\"data\":{"
                + " \"camera_id\":\"fr\\\"ont\" ,\"x\":1.0}}");
  }

  @Test
  void leavesOutWhatThereIsNot() {
    CloudEventWriter writer = new CloudEventWriter(CATALOG, "e1", "urn:\"x");

    String json = written(writer, event("system.error", "{}", "2026-01-09T12:00:00Z", "", null), 1);

    JsonNode tree = ((Json.Value) Json.read(json)).tree();
    assertThat(tree.propertyNames())
        .containsExactly(
            "specversion", "source", "id", "type", "time", "datacontenttype", "sequence", "data");
    assertThat(tree.path("source").stringValue()).isEqualTo("urn:\"x");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-09T12:00:00Z, 2026-01-09T12:00:00Z",
    "2026-01-09t12:00:00z, 2026-01-09t12:00:00z",
    "2026-01-09T12:00Z, 2026-01-09T12:00:00Z",
    "2026-01-09T12:00:00+0200, 2026-01-09T10:00:00Z",
    "2026-01-09T12:00:00+02, 2026-01-09T10:00:00Z",
    "'2026-01-09T12:00:00,123456789Z', 2026-01-09T12:00:00.123456789Z",
    "'0000-01-01T00:00:00,5+02:00', 0000-01-01T00:00:00Z"
  })
  void timeIsRfc3339(String timestamp, String time) {
    CloudEventWriter writer = new CloudEventWriter(CATALOG, "e", null);

    String json =
        written(writer, event("alert.deleted", "{\"id\":\"a\"}", timestamp, null, null), 1);

    assertThat(((Json.Value) Json.read(json)).tree().path("time").stringValue()).isEqualTo(time);
  }

  @Test
  void typesThatNobodyHereKnowsAreWrittenToo() {
    CloudEventWriter writer = new CloudEventWriter(CATALOG, "e", null);

    assertThat(
            written(writer, event("old.type", "{\"a\":1}", "2026-01-09T12:00:00Z", null, "c"), 3))
        .contains("\"type\":\"tocsin.old.type\"")
        .doesNotContain("subject");
  }
}
