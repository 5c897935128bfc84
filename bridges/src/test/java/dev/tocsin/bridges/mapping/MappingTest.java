package dev.tocsin.bridges.mapping;

import static dev.tocsin.bridges.mapping.TestMessages.mapping;
import static dev.tocsin.bridges.mapping.TestMessages.mqtt;
import static dev.tocsin.bridges.mapping.TestMessages.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What mappings make of messages.
class MappingTest {

  private static final String DOOR =
      """
      {"topic":"garage/+/door","event":"camera.offline",
       "payload":{"camera_id":"{topic.1}","camera_name":"Camera {topic.1}","timestamp":"{received}",
                  "reason":"{payload.state}"}}\
      """;

  /// A mapping of one extra field of an event that asks for little.
  private static Mapping extra(String template) {
    return mapping(
        MessageSource.MQTT,
        "{\"topic\":\"#\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"7\"},\"extra\":{\"x\":"
            + template
            + "}}");
  }

  private static String value(String template, String message) {
    return String.valueOf(payload(extra(template).map(mqtt("a/b", message))).get("x"));
  }

  @Test
  void exampleOfTheContractBecomesAnEventThatTheHubTakes() {
    Mapped mapped =
        mapping(MessageSource.MQTT, DOOR).map(mqtt("garage/left/door", "{\"state\":\"open\"}"));

    assertThat(TestMessages.envelope(mapped))
        .isEqualTo(
            "{\"type\":\"camera.offline\",\"payload\":{\"camera_id\":\"left\","
                + "\"camera_name\":\"Camera left\",\"timestamp\":\"2026-03-04T05:06:07Z\","
                + "\"reason\":\"open\"}}");
    byte[] envelope = ((Mapped.Event) mapped).envelope();
    assertThat(
            new EventEncoder(EventCatalog.builtIn(), InstantSource.system())
                .encode(envelope, 0, envelope.length))
        .isInstanceOf(EncodedEvent.class);
  }

  @Test
  void otherTopicsAreNotMeant() {
    Mapping mapping = mapping(MessageSource.MQTT, DOOR);

    assertThat(mapping.map(mqtt("garage/left/window", "{}"))).isInstanceOf(Mapped.NotMeant.class);
    assertThat(mapping.map(mqtt("garage/door", "{}"))).isInstanceOf(Mapped.NotMeant.class);
  }

  @Test
  void whatIsNotThereIsLeftOut() {
    Mapped mapped =
        mapping(MessageSource.MQTT, DOOR).map(mqtt("garage/left/door", "{\"state\":null}"));

    assertThat(payload(mapped).has("reason")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          'a'                                                                   | {}            | "a"
          '{{topic}} is {topic}'                                                | {}            | "{topic} is a/b"
          '{payload}'                                                           | {"a":[1]}     | {"a":[1]}
          '{payload}'                                                           | online        | "online"
          'is {payload}'                                                        | {"a":[1]}     | "is {\\"a\\":[1]}"
          '{payload.a.1}'                                                       | {"a":[1,2]}   | 2
          '{payload.a.01}'                                                      | {"a":[1,2]}   | null
          '{payload/a~1b/c}'                                                    | {"a/b":{"c":3}} | 3
          'no {payload.b}'                                                      | {"a":1}       | null
          {"from":"payload.b","default":"none"}                                 | {"a":1}       | "none"
          {"from":"payload.a","table":{"ON":"online","OFF":"offline"}}          | {"a":"ON"}    | "online"
          {"from":"payload.a","table":{"1":true,"0":false}}                     | {"a":1.0}     | true
          {"from":"payload.a","table":{"1.50":"a","1.5e0":"b"}}                 | {"a":1.5}     | "a"
          {"from":"payload.a","table":{"1.50":"a"},"default":"?"}               | {"a":"1.5"}   | "?"
          {"from":"payload.a","table":{"1":true},"default":"?"}                 | {"a":2}       | "?"
          {"from":"payload.a","steps":[[0,"low"],[50,"high"]]}                  | {"a":49.9}    | "low"
          {"from":"payload.a","steps":[[0,"low"],[50,"high"]]}                  | {"a":"50"}    | "high"
          {"from":"payload.a","scale":0.01}                                     | {"a":87}      | 0.87
          {"from":"payload.a","scale":100}                                      | {"a":1.5}     | 150
          {"from":"payload.a","time":"seconds"}                                 | {"a":1772600767.25} | "2026-03-04T05:06:07.250Z"
          {"from":"payload.a","time":"milliseconds"}                            | {"a":"1772600767250"} | "2026-03-04T05:06:07.250Z"
          {"from":"payload.a","time":"iso"}                                     | {"a":"2026-03-04T06:06:07+01:00"} | "2026-03-04T05:06:07Z"
          {"from":"payload.a","as":"boolean"}                                   | {"a":"OFF"}   | false
          {"from":"payload.a","as":"text"}                                      | {"a":[1]}     | "[1]"
          {"from":"payload.a","as":"integer"}                                   | {"a":"12.0"}  | 12
          {"a":"{payload.a}","b":["{payload.b}",{"c":"{topic.0}"}]}             | {"a":1}       | {"a":1,"b":[{"c":"a"}]}
          """)
  void valuesComeOutOfMessages(String template, String message, String value) {
    String written = template.startsWith("{\"") ? template : '"' + template + '"';

    assertThat(value(written, message)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"from":"payload.a","table":{"ON":1}}           | "OFF"     | OFF is not in the table
          {"from":"payload.a","table":{"ON":1}}           | [1]       | [1] is not in the table
          {"from":"payload.a","steps":[[0,1]]}            | -1        | -1 is no number that reaches a step
          {"from":"payload.a","scale":2}                  | "many"    | many is no number
          {"from":"payload.a","scale":2}                  | 1e999999  | 1E+999999 is no number
          {"from":"payload.a","time":"seconds"}           | 1e12      | 1E+12 is no number of a moment
          {"from":"payload.a","time":"seconds"}           | 1e-999999 | 1E-999999 is no number of a moment
          {"from":"payload.a","time":"iso"}               | "today"   | today is no ISO 8601 date and time
          {"from":"payload.a","as":"integer"}             | 1.5       | 1.5 is no integer
          {"from":"payload.a","as":"boolean"}             | "maybe"   | maybe is neither true nor false
          """)
  void whatCannotBeConvertedIsRefusedInWords(String template, String value, String sentence) {
    assertThat(extra(template).map(mqtt("a", "{\"a\":" + value + "}")))
        .isEqualTo(new Mapped.Impossible(Reason.NOT_CONVERTIBLE, sentence));
  }

  @Test
  void fieldsTakeNumbersAndTextsAsTheirSchemaHasThem() {
    Mapping mapping =
        mapping(
            MessageSource.MQTT,
            """
            {"topic":"#","event":"alert.dismissed",
             "payload":{"id":"{payload.id}","event_id":"{topic.1}","dismissed_at":"{received}"}}\
            """);

    assertThat(payload(mapping.map(mqtt("alerts/4217", "{\"id\":12}"))).toString())
        .isEqualTo("{\"id\":\"12\",\"event_id\":4217,\"dismissed_at\":\"2026-03-04T05:06:07Z\"}");
  }

  @Test
  void conditionsHoldTogether() {
    Mapping mapping =
        mapping(
            MessageSource.MQTT,
            """
            {"topic":"#","event":"alert.deleted","payload":{"id":"7"},
             "where":{"payload.kind":["a","b"],"payload.score":{"min":0.5,"not":0.75},"topic.0":"home"}}\
            """);

    assertThat(mapping.map(mqtt("home", "{\"kind\":\"a\",\"score\":0.50}")))
        .isInstanceOf(Mapped.Event.class);
    for (String message :
        new String[] {
          "{\"kind\":\"c\",\"score\":1}",
          "{\"kind\":\"a\",\"score\":0.4}",
          "{\"kind\":\"a\",\"score\":0.750}",
          "{\"kind\":\"a\"}",
          "text",
          "[]"
        }) {
      assertThat(mapping.map(mqtt("home", message))).isInstanceOf(Mapped.NotMeant.class);
    }
    assertThat(mapping.map(mqtt("away", "{\"kind\":\"a\",\"score\":1}")))
        .isInstanceOf(Mapped.NotMeant.class);
  }

  @Test
  void eventsLargerThanOneMayBeAreRefusedHoweverTheyGrow() {
    String large = "{\"a\":\"" + "x".repeat(40_000) + "\"}";

    for (String template :
        new String[] {
          "[\"{payload.a}\",\"{payload.a}\"]",
          "\"{payload.a}{payload.a}\"",
          "[\"{payload}\",\"{payload}\"]"
        }) {
      assertThat(extra(template).map(mqtt("a", large)))
          .isInstanceOfSatisfying(
              Mapped.Impossible.class, no -> assertThat(no.reason()).isEqualTo(Reason.TOO_LARGE));
    }
    assertThat(extra("\"{payload.a}\"").map(mqtt("a", large))).isInstanceOf(Mapped.Event.class);
    assertThat(extra("\"x{payload.a}\"").map(mqtt("a", large))).isInstanceOf(Mapped.Event.class);
  }

  @Test
  void headersAreNamedInAnyLetterCase() {
    Mapping mapping =
        mapping(
            MessageSource.HOOK,
            """
            {"event":"alert.deleted","payload":{"id":"{header.X-Id}"},"key":"{header.x-id}",
             "correlation_id":"{bridge}/{header.x-id}"}\
            """);
    BridgeMessage message =
        new BridgeMessage(
            "ci", null, TestMessages.json("{}"), Map.of("x-id", "9"), TestMessages.NOW);

    Mapped mapped = mapping.map(message);

    assertThat(TestMessages.envelope(mapped))
        .isEqualTo(
            "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"9\"},\"correlation_id\":\"ci/9\"}");
    assertThat(((Mapped.Event) mapped).key()).isEqualTo("9");
  }
}
