package dev.tocsin.bridges.out.mqtt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// The alerts that nobody has resolved, dismissed or deleted. Guarded by the monitor of [HomeView].
final class HomeAlerts {

  /// An alert that is open.
  ///
  /// @param camera the camera that it is about, by the id that events have; empty where it does not say
  /// @param since when it was created
  record Alert(String severity, String camera, String since) {}

  /// By their ids, the oldest first.
  private final Map<String, Alert> open = new LinkedHashMap<>();

  /// Takes one; of too many the oldest is forgotten, as if it were resolved.
  ///
  /// @return the camera of the one that is forgotten; empty for none
  String add(String id, Alert alert) {
    open.put(id, alert);
    return open.size() > HomeView.MAX_ALERTS ? remove(open.keySet().iterator().next()) : "";
  }

  /// Whether it is known and open.
  boolean has(String id) {
    return open.containsKey(id);
  }

  /// Notes how urgent an open one is now.
  ///
  /// @return the camera that it is about; empty for none
  String grade(String id, String severity) {
    Alert alert = open.get(id);
    if (alert == null) {
      return "";
    }
    open.put(id, new Alert(severity, alert.camera(), alert.since()));
    return alert.camera();
  }

  /// Lets one go.
  ///
  /// @return the camera that it was about; empty for none
  String remove(String id) {
    Alert alert = open.remove(id);
    return alert == null ? "" : alert.camera();
  }

  /// Those of one camera, or all, the oldest first.
  ///
  /// @param camera `null` for all
  List<Alert> of(@Nullable String camera) {
    List<Alert> found = new ArrayList<>();
    for (Alert alert : open.values()) {
      if (camera == null || alert.camera().equals(camera)) {
        found.add(alert);
      }
    }
    return found;
  }

  /// Writes them down.
  void write(ArrayNode into) {
    open.forEach((id, alert) ->
        into.addObject()
            .put("id", id)
            .put("severity", alert.severity())
            .put("camera", alert.camera())
            .put("since", alert.since()));
  }

  /// Takes what was written down.
  void restore(JsonNode alerts) {
    for (JsonNode one : alerts) {
      String id = one.path("id").stringValue("");
      if (!id.isEmpty() && open.size() < HomeView.MAX_ALERTS) {
        open.put(
            id,
            new Alert(
                one.path("severity").stringValue(""),
                one.path("camera").stringValue(""),
                one.path("since").stringValue("")));
      }
    }
  }
}
