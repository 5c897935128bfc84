package dev.tocsin.bridges.out.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.mqtt.MqttMessage;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What Home Assistant is told, held against what its documentation of MQTT discovery says.
class HomeMessagesTest {

  /// What every entity may have.
  private static final Set<String> ENTITY =
      Set.of(
          "platform",
          "unique_id",
          "name",
          "icon",
          "device_class",
          "state_topic",
          "value_template",
          "json_attributes_topic",
          "json_attributes_template",
          "enabled_by_default",
          "entity_category");

  /// What each platform has besides, and what it cannot do without.
  private static final Map<String, Set<String>> OWN =
      Map.of(
          "binary_sensor", Set.of("payload_on", "payload_off", "off_delay", "expire_after"),
          "sensor", Set.of("state_class", "unit_of_measurement", "expire_after", "force_update"),
          "event", Set.of("event_types"));

  private static final Map<String, Set<String>> REQUIRED =
      Map.of(
          "binary_sensor", Set.of("state_topic"),
          "sensor", Set.of("state_topic"),
          "event", Set.of("state_topic", "event_types"));

  /// What may stand at the root of a device's discovery.
  private static final Set<String> ROOT =
      Set.of(
          "device",
          "origin",
          "components",
          "availability_topic",
          "payload_available",
          "payload_not_available",
          "state_topic",
          "qos",
          "encoding");

  private static final Set<String> DEVICE =
      Set.of("identifiers", "name", "manufacturer", "model", "sw_version", "via_device");

  private final HomeView view = new HomeView();
  private final HomeMessages messages =
      new HomeMessages(
          new HomeSettings("homeassistant", "homeassistant/status", "hub"), "tocsin/status");

  private void take(String type, String payload) {
    view.take(type, TestMessages.json(payload));
  }

  private void camera(String type, String id, String name) {
    take(
        type,
        "{\"camera_id\":\"%s\",\"camera_name\":\"%s\",\"timestamp\":\"2026-01-09T12:00:00Z\",\"reason\":\"r\"}"
            .formatted(id, name));
  }

  private void alert(String id, String severity, String camera) {
    take(
        "alert.created",
        "{\"id\":\"%s\",\"severity\":\"%s\",\"camera_id\":\"%s\",\"created_at\":\"2026-01-09T12:00:00Z\"}"
            .formatted(id, severity, camera));
  }

  private static String text(MqttMessage message) {
    return new String(message.payload(), StandardCharsets.UTF_8);
  }

  private Map<String, JsonNode> told(HomeView.News news, boolean isWhole) {
    Map<String, JsonNode> told = new LinkedHashMap<>();
    for (MqttMessage message : messages.of(view, news, "epoch", isWhole)) {
      assertThat(message.isRetained()).isTrue();
      told.put(message.topic(), TestMessages.json(text(message)));
    }
    return told;
  }

  private Map<String, JsonNode> news() {
    return told(view.news(), false);
  }

  private Map<String, JsonNode> all() {
    return told(view.all(), true);
  }

  @Test
  void announcementsHaveWhatHomeAssistantKnowsAndNothingElse() {
    camera("camera.online", "yard", "The yard");
    camera("camera.offline", "a/b #1", "Ä");
    alert("1", "high", "yard");
    Set<String> uniqueIds = new HashSet<>();
    int configs = 0;
    for (Map.Entry<String, JsonNode> entry : all().entrySet()) {
      if (!entry.getKey().endsWith("/config")) {
        continue;
      }
      configs++;
      assertThat(entry.getKey()).matches("homeassistant/device/[a-zA-Z0-9_-]+/config");
      JsonNode config = entry.getValue();
      assertThat(ROOT).containsAll(config.propertyNames());
      assertThat(DEVICE).containsAll(config.path("device").propertyNames());
      assertThat(config.path("device").path("identifiers").size()).isEqualTo(1);
      assertThat(config.path("origin").path("name").stringValue("")).isEqualTo("Tocsin");
      assertThat(config.path("availability_topic").stringValue("")).isEqualTo("tocsin/status");
      assertThat(config.path("components").isEmpty()).isFalse();
      for (JsonNode component : config.path("components")) {
        String platform = component.path("platform").stringValue("");
        Set<String> known = new HashSet<>(ENTITY);
        known.addAll(OWN.get(platform));
        assertThat(known).containsAll(component.propertyNames());
        assertThat(component.propertyNames()).containsAll(REQUIRED.get(platform));
        String id = component.path("unique_id").stringValue("");
        assertThat(id).matches("tocsin_hub[a-zA-Z0-9_-]+");
        assertThat(uniqueIds.add(id)).as(id).isTrue();
        String topic = component.path("state_topic").stringValue("");
        assertThat(topic).startsWith("tocsin/home-assistant/hub/").doesNotContain("+", "#");
      }
    }
    assertThat(configs).isEqualTo(3);
  }

  @Test
  void statesAreWhereTheAnnouncementsSay() {
    camera("camera.online", "yard", "The yard");
    take(
        "detection.new",
        "{\"detection_id\":\"d\",\"label\":\"cat\",\"confidence\":0.5,\"camera_id\":\"yard\",\"timestamp\":\"2026-01-09T12:00:00Z\"}");
    alert("1", "high", "yard");
    Map<String, JsonNode> all = all();
    Set<String> topics = new HashSet<>();
    for (JsonNode config : all.values()) {
      for (JsonNode component : config.path("components")) {
        if (!component.path("platform").stringValue("").equals("event")) {
          topics.add(component.path("state_topic").stringValue(""));
        }
      }
    }
    Set<String> states = new HashSet<>(all.keySet());
    states.removeIf(topic -> topic.endsWith("/config"));

    assertThat(states).isEqualTo(topics);
    assertThat(all.get("tocsin/home-assistant/hub/camera/yard/detection").toString())
        .contains("\"label\":\"cat\"", "\"confidence\":0.5", "\"tocsin_via\":\"epoch\"");
  }

  @Test
  void cameraIsAnnouncedOnceAndAgainWhenItIsAnother() {
    camera("camera.online", "yard", "The yard");
    assertThat(news()).hasSize(2);
    camera("camera.offline", "yard", "The yard");
    assertThat(news().keySet()).containsExactly("tocsin/home-assistant/hub/camera/yard/connection");
    camera("camera.online", "yard", "The garden");
    assertThat(news().keySet()).contains("homeassistant/device/tocsin_hub_camera_yard/config");
    assertThat(news()).isEmpty();
  }

  @Test
  void alertsAreOpenUntilTheyAreResolvedDismissedOrDeleted() {
    for (String end : List.of("alert.resolved", "alert.dismissed", "alert.deleted")) {
      alert("1", "low", "");
      alert("2", "critical", "");
      take("alert.acknowledged", "{\"id\":\"1\"}");
      assertThat(alerts().path("state").stringValue("")).isEqualTo("ON");
      assertThat(alerts().path("open").intValue()).isEqualTo(2);
      assertThat(alerts().path("severity").stringValue("")).isEqualTo("critical");
      take(end, "{\"id\":\"2\"}");
      assertThat(alerts().path("severity").stringValue("")).isEqualTo("low");
      take(end, "{\"id\":\"1\"}");
      take(end, "{\"id\":\"1\"}");
      assertThat(alerts().path("state").stringValue("")).isEqualTo("OFF");
    }
    take("alert.updated", "{\"id\":\"3\",\"severity\":\"high\"}");
    assertThat(alerts().path("open").intValue()).isZero();
  }

  private JsonNode alerts() {
    return all().get("tocsin/home-assistant/hub/alerts");
  }

  @Test
  void whatBecomesOfAlertsIsAnEventThatIsNotRetained() {
    MqttMessage event =
        messages.event(
            "alert.created", TestMessages.json("{\"id\":\"1\",\"severity\":\"high\"}"), "epoch");
    assertThat(event).isNotNull();
    assertThat(event.isRetained()).isFalse();
    assertThat(TestMessages.json(text(event)).path("event_type").stringValue(""))
        .isEqualTo("created");
    JsonNode hub = all().get("homeassistant/device/tocsin_hub/config");
    assertThat(hub.path("components").path("alert").path("state_topic").stringValue(""))
        .isEqualTo(event.topic());
    assertThat(messages.event("camera.online", TestMessages.json("{}"), "epoch")).isNull();
  }

  @Test
  void whatIsKeptIsWhatWasKnown() {
    camera("camera.online", "a/b", "The yard");
    take("detection.new", "{\"label\":\"cat\",\"camera_id\":\"a/b\",\"timestamp\":\"t\"}");
    alert("1", "high", "a/b");
    HomeView again = new HomeView();
    again.restore(TestMessages.json(view.json().toString()));

    assertThat(texts(again)).isEqualTo(texts(view)).isNotEmpty();
    new HomeView().restore(TestMessages.json("{\"cameras\":[1,{}],\"alerts\":7}"));
  }

  private List<String> texts(HomeView of) {
    return messages.of(of, of.all(), "epoch", true).stream()
        .map(message -> message.topic() + ' ' + text(message))
        .toList();
  }

  @Test
  void everythingIsBounded() {
    for (int i = 0; i < HomeView.MAX_CAMERAS + 5; i++) {
      camera("camera.online", "c" + i, "x".repeat(5_000));
    }
    for (int i = 0; i < HomeView.MAX_ALERTS + 5; i++) {
      alert("a" + i, "high", "");
    }

    assertThat(view.unseen()).isEqualTo(5);
    assertThat(all().keySet().stream().filter(topic -> topic.endsWith("/config")))
        .hasSize(HomeView.MAX_CAMERAS + 1);
    assertThat(alerts().path("open").intValue()).isEqualTo(HomeView.MAX_ALERTS);
    assertThat(view.camera("c0").name()).hasSize(HomeView.MAX_TEXT);
  }

  @Test
  void idsAreSafeAndToldApart() {
    assertThat(HomeView.safeId("yard-1_A")).isEqualTo("yard-1_A");
    assertThat(HomeView.safeId("a b"))
        .matches("a_b_[0-9a-f]{8}")
        .isNotEqualTo(HomeView.safeId("a/b"));
    assertThat(HomeView.safeId("x".repeat(300))).hasSizeLessThan(80);
    assertThat(HomeView.safeId("ü")).matches("[a-zA-Z0-9_-]+");
  }
}
