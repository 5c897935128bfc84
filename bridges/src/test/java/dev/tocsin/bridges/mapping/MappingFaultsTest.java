package dev.tocsin.bridges.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is wrong with a mapping before any message has come.
class MappingFaultsTest {

  @Test
  void allThatIsWrongIsToldWithItsLine() {
    assertThat(
            TestMessages.faults(
                MessageSource.MQTT,
                """
                {
                  "topic": "garage/+/door",
                  "event": "camera.offline",
                  "were": {},
                  "where": {"payload.state": {"mni": 1}, "topik.1": "a"},
                  "payload": {
                    "camera_id": "{topic.5}",
                    "camera_nam": "{paylod.name}",
                    "timestamp": "yesterday"
                  }
                }\
                """))
        .containsExactly(
            "line 4: /were: there is no member \"were\"; did you mean \"where\"?",
            "line 5: /where/payload.state/mni: there is no member \"mni\"; did you mean \"min\"?",
            "line 5: /where/topik.1: \"{topik.1}\" names nothing that a message has here;"
                + " did you mean \"topic\"?",
            "line 7: /payload/camera_id: \"{topic.5}\": the topics of \"garage/+/door\" have the"
                + " levels 0 to 2",
            "line 8: /payload/camera_nam: \"{paylod.name}\" names nothing that a message has here;"
                + " did you mean \"payload\"?",
            "line 8: /payload/camera_nam: camera.offline has no field \"camera_nam\" (fields of"
                + " your own go into \"extra\"); did you mean \"camera_name\"?",
            "line 9: /payload/timestamp: can be no timestamp of camera.offline: must be an ISO 8601"
                + " date-time such as 2026-01-09T12:00:00Z; was \"yesterday\"",
            "line 6: /payload/camera_name: is missing: camera.offline is refused without"
                + " camera_name");
  }

  @ParameterizedTest
  @CsvSource({
    "alert.creatd, there is no event type \"alert.creatd\"; did you mean \"alert.created\"?",
    "connection.established, \"connection.established\" is sent by the server only"
  })
  void typesThatCannotBePublishedAreTold(String type, String fault) {
    assertThat(
            TestMessages.faults(
                MessageSource.HOOK, "{\"event\":\"" + type + "\",\"payload\":{\"x\":1}}"))
        .containsExactly("line 1: /event: " + fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "severity":"crtical"                                                     | /severity: can be no severity
          "severity":{"from":"payload.s","table":{"1":"low","2":"hihg"}}           | /severity/table/2: can be no severity
          "severity":{"from":"payload.s","table":{"1":"low"},"default":"?"}        | /severity/default: can be no severity
          "severity":{"from":"payload.s","steps":[[0,"low"],[5,"top"]]}            | /severity/steps/1/1: can be no severity
          "severity":"{received}"                                                  | /severity: can be no severity
          "event_id":"{received}"                                                  | /event_id: can be no event_id
          "event_id":"number {topic.0}"                                            | /event_id: can be no event_id
          "event_id":{"from":"payload.n","as":"boolean"}                           | /event_id/as: can be no event_id
          "event_id":1.5                                                           | /event_id: can be no event_id
          "event_id":[1]                                                           | /event_id: can be no event_id
          "event_id":{"a":1}                                                       | /event_id: can be no event_id
          """)
  void valuesThatCanNeverBeRightAreTold(String field, String fault) {
    assertThat(faults(field)).singleElement().asString().contains("/payload" + fault);
  }

  /// Of a mapping to `alert.created` in which one field is another.
  private static List<String> faults(String field) {
    StringBuilder payload = new StringBuilder();
    String name = field.substring(0, field.indexOf(':'));
    for (String usual :
        new String[] {
          "\"id\":\"{topic.0}\"",
          "\"event_id\":\"{payload.n}\"",
          "\"severity\":\"low\"",
          "\"status\":\"pending\"",
          "\"dedup_key\":\"{topic}\"",
          "\"created_at\":\"{received}\"",
          "\"updated_at\":{\"from\":\"payload.t\",\"time\":\"seconds\"}"
        }) {
      payload.append(usual.startsWith(name + ":") ? field : usual).append(',');
    }
    return TestMessages.faults(
        MessageSource.MQTT,
        "{\"topic\":\"#\",\"event\":\"alert.created\",\"payload\":{"
            + payload.substring(0, payload.length() - 1)
            + "}}");
  }

  private static List<String> faults(String topic, String rest) {
    return TestMessages.faults(
        MessageSource.MQTT,
        "{\"topic\":\""
            + topic
            + "\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"{payload.id}\"},"
            + rest
            + "}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          garage/a/door | "topic.1":"b"                     | is never that in a message of "garage/a/door"
          garage/a/door | "topic.1":["b","c"]               | is never that in a message of "garage/a/door"
          garage/a/door | "topic":"garage/b/door"           | is never that in a message of "garage/a/door"
          garage/a/door | "topic.1":{"not":["a","b"]}       | is always that in a message of "garage/a/door"
          garage/a/door | "topic":{"not":"garage/a/door"}   | is always that in a message of "garage/a/door"
          garage/+/door | "topic.0":"garag"                 | is never that in a message of "garage/+/door"
          garage/+/door | "topic.1":"a/b"                   | is never that in a message of "garage/+/door"
          garage/+/door | "topic.1":7                       | is never that in a message of "garage/+/door"
          garage/+/door | "topic":"garage/a"                | is never that in a message of "garage/+/door"
          garage/#      | "topic":"house/a"                 | is never that in a message of "garage/#"
          garage/#      | "topic.0":{"not":"garage"}        | is always that in a message of "garage/#"
          garage/+/door | "topic.1":{"min":3}               | has bounds, which are for numbers: it is always a text
          garage/+/door | "received":{"max":3}              | has bounds, which are for numbers: it is always a text
          """)
  void conditionsThatNoMessageFulfilsAreTold(String topic, String condition, String fault) {
    String name = condition.substring(1, condition.indexOf('"', 1));

    assertThat(faults(topic, "\"where\":{" + condition + "}"))
        .containsExactly("line 1: /where/" + name + ": " + fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          garage/a/door | "topic.1":["a","b"]
          garage/+/door | "topic.1":["a",7]
          garage/+/door | "topic":["garage/a/door","house"]
          garage/+/door | "topic.1":{"not":"a"}
          garage/#      | "topic":"garage"
          garage/#      | "topic.3":"a"
          garage/+/door | "bridge":{"not":"other"}
          garage/+/door | "payload":{"min":3}
          """)
  void conditionsThatSomeMessageFulfilsAreNoFault(String topic, String condition) {
    assertThat(faults(topic, "\"where\":{" + condition + "}")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "garage/a/door, {topic}",
    "garage/a/door, {topic.1}-{bridge}",
    "garage/+/door, {topic.0}",
    "garage/#, {topic.0}"
  })
  void keyOfWhatTheTopicsHaveInCommonIsTold(String topic, String key) {
    assertThat(faults(topic, "\"key\":\"" + key + "\""))
        .singleElement()
        .asString()
        .startsWith("line 1: /key: is the same for every message");
    assertThat(faults("garage/+/#", "\"key\":\"{topic}{topic.1}{topic.2}\"")).isEmpty();
  }

  @Test
  void headerIsATextToo() {
    assertThat(
            TestMessages.faults(
                MessageSource.HOOK,
                "{\"event\":\"alert.deleted\",\"payload\":{\"id\":\"{payload.id}\"},"
                    + "\"where\":{\"header.x-count\":5,\"header.x-kind\":\"a\"}}"))
        .containsExactly("line 1: /where/header.x-count: is never that: it is always a text");
  }

  @Test
  void whatMayBeRightIsNotAFault() {
    assertThat(faults("\"severity\":\"{payload.s}\"")).isEmpty();
    assertThat(faults("\"severity\":\"HIGH\"")).isEmpty();
    assertThat(faults("\"event_id\":\"{topic.7}\"")).isEmpty();
    assertThat(faults("\"event_id\":{\"from\":\"payload.n\",\"scale\":10}")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "{payload.a"                                       | has a { that is not closed
          "payload.a}"                                       | has a } without {
          "{}"                                               | names nothing
          "{payload..a}"                                     | has an empty name in it
          "{received.a}"                                     | there is nothing below received
          "{topic.x}"                                        | a level of the topic is a number
          "{header.x}"                                       | names nothing that a message has here
          {"from":"payload.a","tabel":{}}                    | did you mean "table"?
          {"from":"payload.a","table":{"a":1},"scale":2}     | has scale and table; a value is converted once
          {"from":"payload.a","table":{}}                    | must have 1 to 1000 entries
          {"from":"payload.a","time":"second"}               | did you mean "seconds"?
          {"from":"payload.a","as":"string"}                 | "string" is none of them
          {"from":"payload.a","scale":"2"}                   | must be a number
          {"from":"payload.a","steps":[[5,1],[5,2]]}         | begins no higher than the step before it
          {"from":"payload.a","steps":[5]}                   | must be a step
          {"from":7}                                         | must be what the value is taken from
          {"form":"payload.x"}                               | /extra/x/form: there is no member "form"; did you mean "from"?
          {"From":"topic.1","scale":2,"default":"0"}         | /extra/x/From: there is no member "From"; did you mean "from"?
          {"a":[{"b":{"frm":"received","time":"iso"}}]}      | /extra/x/a/0/b/frm: there is no member "frm"; did you mean "from"?
          """)
  void templatesThatCannotWorkAreTold(String template, String fault) {
    assertThat(
            TestMessages.faults(
                MessageSource.MQTT,
                "{\"topic\":\"#\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"1\"},\"extra\":{\"x\":"
                    + template
                    + "}}"))
        .singleElement()
        .asString()
        .contains(fault);
  }

  /// In a field of the schema as well, where an object may be wrong by itself.
  @ParameterizedTest
  @ValueSource(strings = {"id", "reason"})
  void misspeltFromIsToldWithTheNearestWordAndNothingElse(String field) {
    String id = field.equals("id") ? "" : "\"id\":\"1\",";
    assertThat(
            TestMessages.faults(
                MessageSource.MQTT,
                "{\"topic\":\"#\",\"event\":\"alert.deleted\",\"payload\":{"
                    + id
                    + "\""
                    + field
                    + "\":{\"form\":\"payload.x\"}}}"))
        .singleElement()
        .asString()
        .contains(
            "/payload/" + field + "/form: there is no member \"form\"; did you mean \"from\"?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"form\":\"round\"}",
        "{\"form\":\"{payload.x}\"}",
        "{\"form\":\"payload.x\",\"colour\":\"red\"}",
        "{\"label\":\"payload.x\"}",
        "{\"form\":7}"
      })
  void objectThatIsMeantAsOneIsOne(String extra) {
    assertThat(
            TestMessages.faults(
                MessageSource.MQTT,
                "{\"topic\":\"#\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"1\"},\"extra\":{\"x\":"
                    + extra
                    + "}}"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "a/#/b, has # before its end",
    "a/b+/c, has a level",
    "a#, has a level",
  })
  void filtersThatNoBrokerTakesAreTold(String topic, String fault) {
    assertThat(
            TestMessages.faults(
                MessageSource.MQTT,
                "{\"topic\":\""
                    + topic
                    + "\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"1\"}}"))
        .singleElement()
        .asString()
        .contains(fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          detection.new   | {"x":1,"y":1,"width":"{payload.w}","hight":2} | /bbox/height: is missing: detection.new is refused without it; did you mean it by "hight"?
          detection.new   | {"x":1,"y":1,"width":2,"height":"tall"}       | /bbox/height: can be no bbox of detection.new: /height must be a number; was "tall"
          detection.new   | {"x":1,"y":1,"width":2,"height":{"from":"payload.h","default":"?"}} | /bbox/height/default: can be no bbox
          detection.new   | {"x":1,"y":1,"width":2,"height":{"from":"payload.h","as":"text"}}   | /bbox/height/as: can be no bbox
          detection.batch | [{"detection_id":"1","label":"a","confidence":2,"camera_id":"c","timestamp":"{received}"}] | /detections/0/confidence: can be no detections of detection.batch: /0/confidence must be at most 1
          detection.batch | [{"detection_id":"1","label":"a","confidence":1,"camera_id":"c"}]    | /detections/0/timestamp: is missing
          detection.batch | ["{payload.a}",{"detection_id":"1","label":"a","confidence":1,"camera_id":"c","timestamp":"now"}] | /detections/1/timestamp: can be no detections
          """)
  void faultsWithinObjectsAndArraysAreToldThere(String type, String value, String fault) {
    String rest =
        type.equals("detection.new")
            ? "\"detection_id\":\"1\",\"label\":\"a\",\"confidence\":1,\"timestamp\":\"{received}\",\"bbox\":"
            : "\"batch_id\":\"1\",\"frame_timestamp\":\"{received}\",\"detections\":";
    assertThat(
            TestMessages.faults(
                MessageSource.HOOK,
                "{\"event\":\""
                    + type
                    + "\",\"payload\":{\"camera_id\":\"c\","
                    + rest
                    + value
                    + "}}"))
        .singleElement()
        .asString()
        .contains("/payload" + fault);
  }

  @Test
  void objectsThatMayBeRightAreNotAFault() {
    assertThat(
            TestMessages.faults(
                MessageSource.HOOK,
                """
                {"event":"detection.new","payload":{"detection_id":"1","label":"a","confidence":1,"camera_id":"c","timestamp":"{received}",
                  "bbox":{"x":"{payload.x}","y":{"from":"payload.y","scale":2},"width":1,"height":"{payload.h}","angle":"{payload.angle}"}}}\
                """))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ""                  | is the same for every message
          "door"              | is the same for every message
          "{bridge}/x"        | is the same for every message
          "{payload.id"       | has a { that is not closed
          "{payload/a~2b}"    | has a ~ that is neither ~0 nor ~1
          "{header.x y}"      | a header is named as in {header.x-event}
          "{header.}"         | a header is named as in {header.x-event}
          """)
  void keysThatTellNothingApartAreTold(String key, String fault) {
    assertThat(
            TestMessages.faults(
                MessageSource.HOOK,
                "{\"event\":\"alert.deleted\",\"payload\":{\"id\":\"1\"},\"key\":" + key + "}"))
        .singleElement()
        .asString()
        .contains("/key: ")
        .contains(fault);
  }

  @Test
  void fieldsOfTheSchemaAreNoExtras() {
    assertThat(
            TestMessages.faults(
                MessageSource.HOOK,
                "{\"event\":\"alert.deleted\",\"payload\":{\"id\":\"1\"},\"extra\":{\"reason\":\"x\"}}"))
        .containsExactly(
            "line 1: /extra/reason: is a field of the schema: it belongs into \"payload\"");
  }
}
