package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.bridge.Digest;
import dev.tocsin.bridges.mapping.Scalars;
import dev.tocsin.events.Excerpt;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What Home Assistant is to be shown: which cameras there are, how each of them is, what it has seen last, and which alerts
/// are open. It is made of the events that have gone by, and taking one twice changes nothing. Its monitor guards it.
final class HomeView {

  /// How many cameras are shown. Further ones are not.
  static final int MAX_CAMERAS = 250;

  /// How many open alerts are known; the oldest of more is forgotten, as if it were resolved.
  static final int MAX_ALERTS = 500;

  /// The longest text of an event that is shown, in characters: Home Assistant has no longer states.
  static final int MAX_TEXT = 255;

  private static final int PLAIN_ID = 64;
  private static final int ID_BYTES = 4;

  /// A camera.
  ///
  /// @param id of it in topics and in Home Assistant's ids
  /// @param name as people call it
  /// @param connection how it is; `null` before anything is known
  /// @param detection what it has seen last; `null` before anything is known
  /// @param hasAlerts whether one of its alerts has been seen
  record Camera(
      String id,
      String name,
      @Nullable JsonNode connection,
      @Nullable JsonNode detection,
      boolean hasAlerts) {}

  /// By the ids that the events have.
  private final Map<String, Camera> cameras = new LinkedHashMap<>();

  private final HomeAlerts alerts = new HomeAlerts();

  /// The cameras that have to be announced, and those whose state has to be told.
  private final Set<String> unannounced = new LinkedHashSet<>();

  private final Set<String> changed = new LinkedHashSet<>();
  private boolean isAlertsChanged;
  private int unseen;

  /// Whether anything of an event of this type is shown.
  static boolean isShown(String type) {
    return switch (type) {
      case "camera.online",
          "camera.offline",
          "camera.status_changed",
          "detection.new",
          "detection.batch",
          "alert.created",
          "alert.updated",
          "alert.acknowledged",
          "alert.resolved",
          "alert.dismissed",
          "alert.deleted" ->
          true;
      default -> false;
    };
  }

  /// Takes an event.
  synchronized void take(String type, JsonNode payload) {
    switch (type) {
      case "camera.online" -> connection(payload, "ON", "online");
      case "camera.offline" -> connection(payload, "OFF", "offline");
      case "camera.status_changed" -> {
        String status = text(payload, "status");
        if (!status.isEmpty() && !status.equals("unknown")) {
          connection(payload, status.equals("offline") ? "OFF" : "ON", status);
        }
      }
      case "detection.new" -> detection(payload, text(payload, "camera_id"));
      case "detection.batch" -> {
        JsonNode all = payload.path("detections");
        if (!all.isEmpty()) {
          detection(all.get(all.size() - 1), text(payload, "camera_id"));
        }
      }
      case "alert.created" -> created(payload);
      case "alert.updated" -> updated(payload);
      case "alert.resolved", "alert.dismissed", "alert.deleted" -> gone(text(payload, "id"));
      default -> {}
    }
  }

  private void connection(JsonNode payload, String state, String status) {
    ObjectNode connection =
        JsonNodeFactory.instance
            .objectNode()
            .put("state", state)
            .put("status", status)
            .put("since", text(payload, "timestamp"));
    if (payload.hasNonNull("reason")) {
      connection.put("reason", text(payload, "reason"));
    }
    String id = text(payload, "camera_id");
    Camera camera = camera(id, text(payload, "camera_name"));
    if (camera != null) {
      put(
          id,
          new Camera(
              camera.id(), camera.name(), connection, camera.detection(), camera.hasAlerts()));
    }
  }

  private void detection(JsonNode payload, String id) {
    Camera camera = camera(id, "");
    if (camera == null) {
      return;
    }
    ObjectNode detection =
        JsonNodeFactory.instance
            .objectNode()
            .put("label", text(payload, "label"))
            .put("at", text(payload, "timestamp"))
            .put("detection_id", text(payload, "detection_id"));
    if (payload.path("confidence").isNumber()) {
      detection.set("confidence", payload.path("confidence"));
    }
    put(
        id,
        new Camera(camera.id(), camera.name(), camera.connection(), detection, camera.hasAlerts()));
  }

  private void created(JsonNode payload) {
    String id = text(payload, "id");
    if (id.isEmpty()) {
      return;
    }
    String of = text(payload, "camera_id");
    Camera camera = of.isEmpty() ? null : camera(of, "");
    if (camera != null) {
      if (!camera.hasAlerts()) {
        unannounced.add(of);
      }
      put(
          of,
          new Camera(camera.id(), camera.name(), camera.connection(), camera.detection(), true));
    }
    noteChanged(
        alerts.add(
            id,
            new HomeAlerts.Alert(
                text(payload, "severity"), camera == null ? "" : of, text(payload, "created_at"))));
    isAlertsChanged = true;
  }

  private void updated(JsonNode payload) {
    String id = text(payload, "id");
    if (text(payload, "status").equals("dismissed")) {
      gone(id);
    } else if (alerts.has(id) && payload.hasNonNull("severity")) {
      noteChanged(alerts.grade(id, text(payload, "severity")));
      isAlertsChanged = true;
    }
  }

  private void gone(String id) {
    isAlertsChanged |= alerts.has(id);
    noteChanged(alerts.remove(id));
  }

  private void noteChanged(String camera) {
    if (cameras.containsKey(camera)) {
      changed.add(camera);
    }
  }

  /// A camera of these ids, a new one where there is none; `null` where there are too many, or it has no id.
  private @Nullable Camera camera(String id, String name) {
    if (id.isEmpty()) {
      return null;
    }
    Camera known = cameras.get(id);
    if (known == null) {
      if (cameras.size() >= MAX_CAMERAS) {
        unseen++;
        return null;
      }
      unannounced.add(id);
      return new Camera(safeId(id), name.isEmpty() ? id : name, null, null, false);
    }
    if (name.isEmpty() || name.equals(known.name())) {
      return known;
    }
    unannounced.add(id);
    return new Camera(known.id(), name, known.connection(), known.detection(), known.hasAlerts());
  }

  private void put(String id, Camera camera) {
    cameras.put(id, camera);
    changed.add(id);
  }

  /// An id as Home Assistant takes it: letters, digits, `-` and `_`. What has other characters, or is long, is told from others
  /// by a digest.
  static String safeId(String id) {
    String plain = id.replaceAll("[^A-Za-z0-9_-]", "_");
    if (plain.equals(id) && id.length() <= PLAIN_ID) {
      return id;
    }
    String beginning = plain.length() <= PLAIN_ID ? plain : plain.substring(0, PLAIN_ID);
    return beginning + '_' + Digest.of(id).hex(ID_BYTES);
  }

  private static String text(JsonNode payload, String field) {
    JsonNode value = payload.path(field);
    String text = value.isMissingNode() || value.isNull() ? "" : Scalars.text(value);
    return text.length() <= MAX_TEXT ? text : Excerpt.of(text, MAX_TEXT - 1);
  }

  /// What has to be told. What is not told after all is given back by [#putBack].
  ///
  /// @param announcements cameras that have to be announced
  /// @param states cameras whose states have to be told
  /// @param isAlerts whether the alerts have to be told
  record News(Set<String> announcements, Set<String> states, boolean isAlerts) {
    News {
      announcements = new LinkedHashSet<>(announcements);
      states = new LinkedHashSet<>(states);
    }

    boolean isEmpty() {
      return announcements.isEmpty() && states.isEmpty() && !isAlerts;
    }
  }

  /// Takes what has to be told.
  synchronized News news() {
    News news = new News(unannounced, changed, isAlertsChanged);
    unannounced.clear();
    changed.clear();
    isAlertsChanged = false;
    return news;
  }

  /// All that there is to tell.
  synchronized News all() {
    unannounced.clear();
    changed.clear();
    isAlertsChanged = false;
    return new News(cameras.keySet(), cameras.keySet(), true);
  }

  synchronized void putBack(News news) {
    unannounced.addAll(news.announcements());
    changed.addAll(news.states());
    isAlertsChanged |= news.isAlerts();
  }

  /// A camera by the id that events have.
  synchronized @Nullable Camera camera(String id) {
    return cameras.get(id);
  }

  /// The open alerts, of one camera or of all.
  ///
  /// @param camera `null` for all
  synchronized List<HomeAlerts.Alert> alerts(@Nullable String camera) {
    return alerts.of(camera);
  }

  /// Of how many events nothing is shown, because there are too many cameras.
  synchronized int unseen() {
    return unseen;
  }

  /// What is known, to be kept.
  synchronized ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode all = json.putArray("cameras");
    cameras.forEach((id, camera) -> {
      ObjectNode one = all.addObject().put("id", id).put("name", camera.name());
      one.put("alerts", camera.hasAlerts());
      if (camera.connection() != null) {
        one.set("connection", camera.connection());
      }
      if (camera.detection() != null) {
        one.set("detection", camera.detection());
      }
    });
    alerts.write(json.putArray("alerts"));
    return json;
  }

  /// Takes what was kept.
  synchronized void restore(JsonNode json) {
    for (JsonNode one : json.path("cameras")) {
      String id = one.path("id").stringValue("");
      if (!id.isEmpty() && cameras.size() < MAX_CAMERAS) {
        cameras.put(
            id,
            new Camera(
                safeId(id),
                one.path("name").stringValue(id),
                one.has("connection") ? one.get("connection") : null,
                one.has("detection") ? one.get("detection") : null,
                one.path("alerts").booleanValue(false)));
      }
    }
    alerts.restore(json.path("alerts"));
  }
}
