package dev.tocsin.bridges.in.frigate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.in.mqtt.MessageHandler;
import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.Mapped;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.bridges.mapping.TopicFilter;
import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Messages of the shapes that Frigate 0.16 and 0.17 publish, and what becomes of them. Whatever becomes an event is one that
/// the hub takes.
class FrigateTopicsTest {

  private static final String ID = "1767960000.118201-k3v9qa";

  private final MessageHandler frigate = new FrigateTopics("frigate");
  private final EventEncoder encoder =
      new EventEncoder(EventCatalog.builtIn(), InstantSource.fixed(TestMessages.NOW));

  private List<Mapped> say(String topic, String payload) {
    List<String> levels = TopicFilter.split(topic);
    assertThat(frigate.filters()).anyMatch(filter -> filter.matches(levels));
    List<Mapped> all =
        frigate.handle(
            new BridgeMessage(
                "nvr",
                levels,
                BridgeMessage.read(payload.getBytes(StandardCharsets.UTF_8)),
                Map.of(),
                TestMessages.NOW));
    for (Mapped mapped : all) {
      if (mapped instanceof Mapped.Event event) {
        assertThat(encoder.encode(event.envelope(), 0, event.envelope().length))
            .isInstanceOfSatisfying(
                EncodedEvent.class, encoded -> assertThat(encoded.type()).isEqualTo(event.type()));
      }
    }
    return all;
  }

  private List<Mapped> sample(String topic, String name) throws IOException {
    try (InputStream in = FrigateTopicsTest.class.getResourceAsStream(name)) {
      return say(topic, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static List<String> types(List<Mapped> all) {
    return all.stream()
        .map(mapped -> mapped instanceof Mapped.Event event ? event.type() : mapped.toString())
        .toList();
  }

  private static JsonNode payload(List<Mapped> all, int index) {
    return TestMessages.payload(all.get(index));
  }

  @Test
  void newObjectIsADetectionAndASecurityEvent() throws Exception {
    List<Mapped> all = sample("frigate/events", "events-new.json");

    assertThat(types(all)).containsExactly("detection.new", "event.created");
    JsonNode seen = payload(all, 0);
    assertThat(seen.get("detection_id").stringValue()).isEqualTo(ID + "/1767960000.918764");
    assertThat(seen.get("bbox").toString())
        .isEqualTo("{\"x\":120.0,\"y\":90.0,\"width\":80.0,\"height\":210.0}");
    assertThat(seen.get("confidence").doubleValue()).isEqualTo(0.84375);
    assertThat(seen.get("timestamp").stringValue()).isEqualTo("2026-01-09T12:00:00.918Z");
    assertThat(seen.get("camera_id").stringValue()).isEqualTo("yard");
    assertThat(seen.get("zones").toString()).isEqualTo("[\"gate\"]");
    JsonNode event = payload(all, 1);
    assertThat(event.get("batch_id").stringValue()).isEqualTo(ID);
    assertThat(seen.get("event_id").stringValue()).isEqualTo(event.get("id").asString());
    assertThat(event.get("summary").stringValue()).isEqualTo("person at yard in gate");
    assertThat(event.get("reasoning").stringValue())
        .isEqualTo("Frigate's detector is sure by 81 %");
    assertThat(event.get("risk_level").stringValue()).isEqualTo("medium");
    assertThat(event.get("started_at").stringValue()).isEqualTo("2026-01-09T12:00:00.118Z");
  }

  @Test
  void updateTellsWhatHasChanged() throws Exception {
    List<Mapped> all = sample("frigate/events", "events-update.json");

    assertThat(types(all)).containsExactly("detection.new", "event.updated");
    assertThat(payload(all, 0).get("sub_label").stringValue()).isEqualTo("Ada");
    assertThat(payload(all, 0).get("sub_label_score").doubleValue()).isEqualTo(0.91);
    JsonNode event = payload(all, 1);
    assertThat(event.get("updated_fields").toString())
        .isEqualTo("[\"sub_label\",\"current_zones\",\"entered_zones\",\"attributes\"]");
    assertThat(event.get("updated_at").stringValue()).isEqualTo("2026-01-09T12:00:04.218Z");
    assertThat(event.get("id").asLong())
        .isEqualTo(payload(sample("frigate/events", "events-new.json"), 1).get("id").asLong());
  }

  @Test
  void endIsAnUpdateWithItsTime() throws Exception {
    List<Mapped> all = sample("frigate/events", "events-end.json");

    assertThat(types(all)).containsExactly("event.updated");
    JsonNode event = payload(all, 0);
    assertThat(event.get("updated_fields").toString())
        .isEqualTo("[\"current_zones\",\"end_time\"]");
    assertThat(event.get("updated_at").stringValue()).isEqualTo("2026-01-09T12:00:09.500Z");
    assertThat(event.get("ended_at").stringValue()).isEqualTo("2026-01-09T12:00:09.500Z");
  }

  @Test
  void sameMessageHasTheSameKeysAndAnotherHasOthers() throws Exception {
    List<Mapped> once = sample("frigate/events", "events-new.json");
    List<Mapped> again = sample("frigate/events", "events-new.json");
    List<Mapped> later = sample("frigate/events", "events-update.json");

    for (int i = 0; i < 2; i++) {
      String key = ((Mapped.Event) once.get(i)).key();
      assertThat(key).isNotNull().isEqualTo(((Mapped.Event) again.get(i)).key());
      assertThat(key).isNotEqualTo(((Mapped.Event) later.get(i)).key());
    }
  }

  @Test
  void reviewIsAnAlertThatBeginsChangesAndEnds() throws Exception {
    List<Mapped> began = sample("frigate/reviews", "reviews-new.json");
    assertThat(types(began)).containsExactly("alert.created");
    JsonNode created = payload(began, 0);
    assertThat(created.get("id").stringValue()).isEqualTo("1767960000.918764-z81mcd");
    assertThat(created.get("severity").stringValue()).isEqualTo("low");
    assertThat(created.get("status").stringValue()).isEqualTo("pending");
    assertThat(created.get("event_id").asLong())
        .isEqualTo(payload(sample("frigate/events", "events-new.json"), 1).get("id").asLong());
    assertThat(created.get("objects").toString()).isEqualTo("[\"person\"]");
    assertThat(created.get("thumb_path").stringValue())
        .isEqualTo("/media/frigate/clips/review/thumb-yard-1767960000.918764-z81mcd.webp");

    List<Mapped> changed = sample("frigate/reviews", "reviews-update.json");
    assertThat(types(changed)).containsExactly("alert.updated");
    assertThat(payload(changed, 0).get("updated_fields").toString())
        .isEqualTo("[\"severity\",\"detections\",\"objects\",\"zones\"]");
    assertThat(payload(changed, 0).get("severity").stringValue()).isEqualTo("high");

    List<Mapped> ended = sample("frigate/reviews", "reviews-end.json");
    assertThat(types(ended)).containsExactly("alert.resolved");
    assertThat(payload(ended, 0).get("resolved_at").stringValue())
        .isEqualTo("2026-01-09T12:00:12.250Z");
    assertThat(payload(ended, 0).get("event_id").asLong())
        .isEqualTo(created.get("event_id").asLong());
  }

  @Test
  void statisticsAreTheStateOfTheSystemAndOfEachGpu() throws Exception {
    List<Mapped> all = sample("frigate/stats", "stats.json");

    assertThat(types(all).subList(0, 2)).containsExactly("system.status", "gpu.stats_updated");
    assertThat(all.get(2)).isEqualTo(new Mapped.Ignored(Reason.UNCHANGED));
    JsonNode status = payload(all, 0);
    assertThat(status.get("cameras").toString()).isEqualTo("{\"active\":1,\"total\":2}");
    assertThat(status.get("health").stringValue()).isEqualTo("degraded");
    assertThat(status.get("timestamp").stringValue()).isEqualTo("2026-01-09T12:01:00Z");
    JsonNode gpu = payload(all, 1);
    assertThat(gpu.get("utilization").doubleValue()).isEqualTo(12.5);
    assertThat(gpu.get("gpu").stringValue()).isEqualTo("intel-vaapi");
    assertThat(gpu.has("memory_percent")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "frigate/yard/status/detect, online,   camera.online",
    "frigate/yard/status/detect, offline,  camera.offline",
    "frigate/yard/status/detect, disabled, camera.offline",
    "frigate/available,          online,   system.status",
    "frigate/available,          offline,  system.status",
  })
  void availabilityIsAnEventEachTimeItIsSaid(String topic, String word, String type) {
    assertThat(say(topic, word))
        .singleElement()
        .isInstanceOfSatisfying(
            Mapped.Event.class,
            event -> {
              assertThat(event.type()).isEqualTo(type);
              assertThat(event.key()).isNull();
            });
  }

  @Test
  void whatIsRecognisedUpdatesTheEvent() throws Exception {
    List<Mapped> face = sample("frigate/tracked_object_update", "update-face.json");
    assertThat(types(face)).containsExactly("event.updated");
    assertThat(payload(face, 0).get("updated_fields").toString()).isEqualTo("[\"sub_label\"]");
    assertThat(payload(face, 0).get("sub_label").stringValue()).isEqualTo("Ada");
    assertThat(payload(face, 0).get("updated_at").stringValue())
        .isEqualTo("2026-01-09T12:00:05.250Z");
    assertThat(sample("frigate/tracked_object_update", "update-lpr-gone.json"))
        .containsExactly(new Mapped.Ignored(Reason.UNCHANGED));
    assertThat(
            payload(
                    say(
                        "frigate/tracked_object_update",
                        "{\"type\":\"description\",\"id\":\"1.5-a\",\"description\":\"A cat\"}"),
                    0)
                .get("description")
                .stringValue())
        .isEqualTo("A cat");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          frigate/events                | offline
          frigate/events                | {"type":"new"}
          frigate/events                | {"type":"new","after":{"id":7,"camera":[],"label":{}}}
          frigate/events                | {"type":"old","after":{"id":"a","camera":"b","label":"c"}}
          frigate/reviews               | []
          frigate/reviews               | {"type":"?","after":{"id":"a","camera":"b","severity":"alert"}}
          frigate/tracked_object_update | null
          frigate/stats                 | {"cameras":7}
          frigate/available             | perhaps
          frigate/yard/status/detect    | {"a":1}
          """)
  void rubbishIsRefusedInWords(String topic, String payload) {
    assertThat(say(topic, payload))
        .singleElement()
        .isInstanceOfSatisfying(
            Mapped.Impossible.class,
            no -> {
              assertThat(no.reason()).isEqualTo(Reason.MALFORMED);
              assertThat(no.sentence()).isNotBlank();
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"box":[1,2]}                                              | false
          {"box":[5,5,1,9]}                                          | false
          {"box":["a",2,3,4]}                                        | false
          {"box":null}                                               | false
          {"box":[0,0,0,0]}                                          | true
          """)
  void boxThatIsNoneIsLeftOut(String rest, boolean isThere) {
    List<Mapped> all =
        say(
            "frigate/events",
            "{\"type\":\"new\",\"after\":{\"id\":\"a\",\"camera\":\"b\",\"label\":\"c\","
                + rest.strip().substring(1)
                + "}");

    assertThat(payload(all, 0).has("bbox")).isEqualTo(isThere);
  }

  @Test
  void falsePositiveAndOtherRolesAreIgnored() {
    assertThat(
            say(
                "frigate/events",
                "{\"type\":\"end\",\"after\":{\"id\":\"a\",\"camera\":\"b\",\"label\":\"c\",\"false_positive\":true}}"))
        .containsExactly(new Mapped.Ignored(Reason.FALSE_POSITIVE));
    assertThat(say("frigate/yard/status/record", "offline"))
        .containsExactly(new Mapped.Ignored(Reason.NO_MAPPING));
  }

  @Test
  void prefixMayHaveSeveralLevels() {
    MessageHandler other = new FrigateTopics("site/nvr");

    assertThat(
            types(
                other.handle(
                    new BridgeMessage(
                        "nvr",
                        List.of("site", "nvr", "available"),
                        TestMessages.text("online"),
                        Map.of(),
                        TestMessages.NOW))))
        .containsExactly("system.status");
  }
}
