package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class KeyReaderTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      value = {
        "~{\"id\":\"a-1\"}~,a-1",
        "~{ \"x\" : [1,{\"id\":\"no\"}] , \"id\" :\t\"a-1\" }~,a-1",
        "~{\"id\":\"a\\u002d1\"}~,a-1",
        "~{\"i\\u0064\":\"a-1\"}~,a-1",
        "~{\"id\":\"\\ud83d\\ude00\"}~,😀",
        "~{\"id\":\"😀\"}~,😀",
        "~{\"id\":\"\"}~,~~",
        "~{\"id\":17}~,17",
        "~{\"id\":17.0}~,17",
        "~{\"id\":1.7e1}~,17",
        "~{\"id\":-17}~,-17",
        "~{\"id\":-0}~,0",
        "~{\"id\":0}~,0",
        "~{\"id\":123456789012345678901234567890}~,12345678901234567890123456789e1",
        "~{\"id\":12345678901234567890123456789e1}~,12345678901234567890123456789e1",
        "~{\"id\":1e999999999}~,1e999999999"
      })
  void keyIsTheSameHoweverItIsWritten(String payload, String key) {
    KeyReader reader = new KeyReader("id");

    assertThat(reader.read(event(payload))).isTrue();
    assertThat(reader.text()).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"id\":null}",
        "{\"id\":true}",
        "{\"id\":{\"id\":\"a\"}}",
        "{\"id\":[\"a\"]}",
        "{\"ID\":\"a\"}",
        "{\"x\":{\"id\":\"a\"}}",
        "{\"x\":\"\\u0061\"}"
      })
  void whatIsNoTextAndNoNumberIsNoKey(String payload) {
    assertThat(new KeyReader("id").read(event(payload))).isFalse();
  }

  @Test
  void textIsNotTheNumberThatItSpells() {
    KeyReader reader = new KeyReader("id");

    reader.read(event("{\"id\":\"7\"}"));
    assertThat(reader.isNumber()).isFalse();
    reader.read(event("{\"id\":7}"));
    assertThat(reader.isNumber()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"größe", "a\"b", "a b", "a\\b"})
  void nameOfTheFieldMayBeAnyText(String name) {
    KeyReader reader = new KeyReader(name);

    assertThat(reader.read(event(Json.write(JsonNodeFactory.instance.objectNode().put(name, "x")))))
        .isTrue();
    assertThat(reader.text()).isEqualTo("x");
  }

  @Test
  void keyThatAnotherCatalogNotedIsNotTakenForThisOne() {
    EncodedEvent noted =
        encoded(
            "camera.online",
            "{\"camera_id\":\"c1\",\"camera_name\":\"n\",\"timestamp\":\"2026-01-09T12:00:00Z\"}");
    KeyReader reader = new KeyReader("camera_name");

    assertThat(reader.read(noted)).isTrue();
    assertThat(reader.text()).isEqualTo("n");
    assertThat(new KeyReader("ra_id").read(noted)).isFalse();
  }

  @Test
  void keyStandsAtTheTopOfThePayloadAlone() {
    // A batch holds detections, which have a camera of their own.
    ObjectNode example =
        (ObjectNode)
            EventCatalog.builtIn()
                .jsonSchema("detection.batch")
                .orElseThrow()
                .get("examples")
                .get(0);
    ObjectNode payload = JsonNodeFactory.instance.objectNode().put("camera_id", "outer");
    example.remove("camera_id");
    payload.setAll(example);
    EncodedEvent batch = encoded("detection.batch", Json.write(payload));
    assertThat(batch.keyStart()).isPositive();
    KeyReader reader = new KeyReader("camera_id");

    assertThat(reader.read(batch)).isTrue();
    assertThat(reader.text()).isEqualTo("outer");
  }

  @Key("width")
  record WithAWidth(@Doc(value = "x", example = "1.5") double width) {}

  @Key("depth")
  record WithoutDepth(@Doc(value = "x", example = "a") String width) {}

  @Key("door_id")
  record WithANumber(@Doc(value = "x", example = "7") int doorId) {}

  @Test
  void recordWhoseKeyCannotBeOneIsRefused() {
    assertThatThrownBy(() -> PayloadSchema.of(WithAWidth.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("its @Key has to be a string or an integer; is a number");
    assertThatThrownBy(() -> PayloadSchema.of(WithoutDepth.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("its @Key names \"depth\", which is none of its fields");
    assertThat(PayloadSchema.of(WithANumber.class).keyField()).contains("door_id");
  }

  private static EncodedEvent encoded(String type, String payload) {
    EventEncoder encoder = new EventEncoder(EventCatalog.builtIn(), InstantSource.system());
    String json = "{\"type\":\"" + type + "\",\"payload\":" + payload + "}";
    return (EncodedEvent) encoder.encode(json.getBytes(StandardCharsets.UTF_8));
  }

  private static EncodedEvent event(String payload) {
    return EncodedEvent.of(
        "a.b", payload.getBytes(StandardCharsets.UTF_8), "2026-01-09T12:00:00Z", null, null);
  }
}
