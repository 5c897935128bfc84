package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.events.Json;
import dev.tocsin.events.Via;
import dev.tocsin.mqtt.MqttMessage;
import dev.tocsin.mqtt.MqttProperty;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What is said to Home Assistant, in its words: what there is ("device discovery", retained), how it is (retained), and that
/// an alert has been created, updated or resolved (not retained: Home Assistant takes no event that is).
///
/// There is a device for Tocsin, and one for each camera. Immutable; what it says is in the [HomeView].
final class HomeMessages {

  /// Where the states are, below which each bridge has a level of its own.
  private static final String BASE = "tocsin/home-assistant/";

  private static final List<String> ALERT_EVENTS =
      List.of("created", "updated", "acknowledged", "resolved", "dismissed", "deleted");
  private static final String ALERT = "alert.";

  /// The order of severities, the least first.
  private static final List<String> SEVERITIES = List.of("low", "medium", "high", "critical");

  private final HomeSettings settings;
  private final String status;
  private final String id;
  private final String base;

  /// @param status the topic that says whether the bridge is there
  HomeMessages(HomeSettings settings, String status) {
    this.settings = settings;
    this.status = status;
    this.id = "tocsin_" + settings.node();
    this.base = BASE + settings.node() + '/';
  }

  /// Everything that has to be told: what there is first, and then how it is.
  ///
  /// @param hub the epoch of its log, so that nothing goes round in a circle
  /// @param isWhole whether Tocsin itself is to be announced
  List<MqttMessage> of(HomeView view, HomeView.News news, String hub, boolean isWhole) {
    List<MqttMessage> messages = new ArrayList<>();
    if (isWhole) {
      messages.add(config(id, hub(), hub));
    }
    for (String camera : news.announcements()) {
      HomeView.Camera known = view.camera(camera);
      if (known != null) {
        messages.add(config(deviceId(known), device(known), hub));
      }
    }
    if (news.isAlerts()) {
      messages.add(state(base + "alerts", alerts(view.alerts(null)), hub));
    }
    for (String camera : news.states()) {
      HomeView.Camera known = view.camera(camera);
      if (known != null) {
        String place = place(known);
        JsonNode connection = known.connection();
        if (connection != null) {
          messages.add(state(place + "connection", connection, hub));
        }
        JsonNode detection = known.detection();
        if (detection != null) {
          messages.add(state(place + "detection", detection, hub));
        }
        if (known.hasAlerts()) {
          messages.add(state(place + "alerts", alerts(view.alerts(camera)), hub));
        }
      }
    }
    return messages;
  }

  /// That something has become of an alert; `null` for events of other types.
  @Nullable MqttMessage event(String type, JsonNode payload, String hub) {
    if (!type.startsWith(ALERT) || !ALERT_EVENTS.contains(type.substring(ALERT.length()))) {
      return null;
    }
    ObjectNode said =
        JsonNodeFactory.instance.objectNode().put("event_type", type.substring(ALERT.length()));
    for (String field : List.of("id", "severity", "status", "rule_id", "camera_id", "event_id")) {
      if (payload.path(field).isValueNode() && !payload.path(field).isNull()) {
        said.set(field, payload.path(field));
      }
    }
    return message(base + "alert", marked(said, hub), false, hub);
  }

  private static ObjectNode alerts(List<HomeAlerts.Alert> open) {
    ObjectNode said = JsonNodeFactory.instance.objectNode();
    said.put("state", open.isEmpty() ? "OFF" : "ON").put("open", open.size());
    int most = -1;
    for (HomeAlerts.Alert alert : open) {
      most = Math.max(most, SEVERITIES.indexOf(alert.severity()));
    }
    if (most >= 0) {
      said.put("severity", SEVERITIES.get(most));
    }
    if (!open.isEmpty()) {
      said.put("newest", open.getLast().since());
    }
    return said;
  }

  private String deviceId(HomeView.Camera camera) {
    return id + "_camera_" + camera.id();
  }

  private String place(HomeView.Camera camera) {
    return base + "camera/" + camera.id() + '/';
  }

  private ObjectNode hub() {
    ObjectNode config = config(id, "Tocsin", "Event hub");
    ObjectNode components = config.putObject("components");
    ObjectNode event = component(components, id, "alert", "event", "Alert");
    event.put("state_topic", base + "alert");
    ALERT_EVENTS.forEach(event.putArray("event_types")::add);
    problem(components, id, base + "alerts");
    component(components, id, "open_alerts", "sensor", "Open alerts")
        .put("state_topic", base + "alerts")
        .put("state_class", "measurement")
        .put("unit_of_measurement", "alerts")
        .put("value_template", "{{ value_json.open }}");
    return config;
  }

  private ObjectNode device(HomeView.Camera camera) {
    String device = deviceId(camera);
    String place = place(camera);
    ObjectNode config = config(device, camera.name(), "Camera");
    ObjectNode components = config.putObject("components");
    component(components, device, "connection", "binary_sensor", "Connection")
        .put("device_class", "connectivity")
        .put("state_topic", place + "connection")
        .put("value_template", "{{ value_json.state }}")
        .put("payload_on", "ON")
        .put("payload_off", "OFF")
        .put("json_attributes_topic", place + "connection");
    component(components, device, "detection", "sensor", "Last detection")
        .put("icon", "mdi:motion-sensor")
        .put("state_topic", place + "detection")
        .put("value_template", "{{ value_json.label }}")
        .put("json_attributes_topic", place + "detection");
    if (camera.hasAlerts()) {
      problem(components, device, place + "alerts");
    }
    return config;
  }

  private static void problem(ObjectNode components, String device, String topic) {
    component(components, device, "alerts", "binary_sensor", "Alerts")
        .put("device_class", "problem")
        .put("state_topic", topic)
        .put("value_template", "{{ value_json.state }}")
        .put("payload_on", "ON")
        .put("payload_off", "OFF")
        .put("json_attributes_topic", topic);
  }

  private static ObjectNode component(
      ObjectNode components, String device, String key, String platform, String name) {
    return components
        .putObject(key)
        .put("platform", platform)
        .put("unique_id", device + '_' + key)
        .put("name", name);
  }

  private ObjectNode config(String device, String name, String model) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    ObjectNode said = config.putObject("device");
    said.putArray("identifiers").add(device);
    said.put("name", name).put("manufacturer", "Tocsin").put("model", model);
    config.putObject("origin").put("name", "Tocsin");
    config.put("availability_topic", status);
    config.put("payload_available", MqttReceiver.ONLINE);
    config.put("payload_not_available", MqttReceiver.OFFLINE);
    config.put("qos", 1);
    return config;
  }

  private MqttMessage config(String device, ObjectNode config, String hub) {
    return message(settings.prefix() + "/device/" + device + "/config", bytes(config), true, hub);
  }

  private static MqttMessage state(String topic, JsonNode state, String hub) {
    return message(topic, marked(state, hub), true, hub);
  }

  private static byte[] bytes(JsonNode json) {
    return Json.write(json).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] marked(JsonNode json, String hub) {
    return Via.into(bytes(json), Via.FIELD, hub);
  }

  private static MqttMessage message(String topic, byte[] payload, boolean isRetained, String hub) {
    return new MqttMessage(topic, payload, isRetained, List.of(new MqttProperty(Via.HEADER, hub)));
  }
}
