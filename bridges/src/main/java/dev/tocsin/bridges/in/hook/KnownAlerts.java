package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.bridge.StateFile;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Which alerts an Alertmanager has told already, and what of them: it tells them again every few hours. Of more than
/// [#MAX_ALERTS] the one that was told longest ago is forgotten. One thread.
final class KnownAlerts {

  /// How many are remembered.
  static final int MAX_ALERTS = 10_000;

  /// What is known of an alert.
  ///
  /// @param digest of what it said
  /// @param changes how often it has said something else since it was created
  /// @param returns how often it has fired again after it was resolved
  record Known(String digest, boolean resolved, int changes, int returns) {}

  private final @Nullable StateFile file;
  private final Map<String, Known> alerts = new LinkedHashMap<>();
  private boolean changed;

  /// @param file `null` for memory alone
  KnownAlerts(@Nullable StateFile file) {
    this.file = file;
    if (file != null) {
      file.read().ifPresent(this::read);
    }
  }

  private void read(JsonNode state) {
    for (JsonNode alert : state.path("alerts")) {
      String id = alert.path("id").asString("");
      if (!id.isEmpty()) {
        note(
            id,
            new Known(
                alert.path("digest").asString(""),
                alert.path("resolved").asBoolean(false),
                alert.path("changes").asInt(0),
                alert.path("returns").asInt(0)));
      }
    }
    changed = false;
  }

  @Nullable Known get(String id) {
    return alerts.get(id);
  }

  void note(String id, Known known) {
    alerts.remove(id);
    alerts.put(id, known);
    if (alerts.size() > MAX_ALERTS) {
      Iterator<String> eldest = alerts.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
    changed = true;
  }

  /// Notes that an alert has been told once more, without anything new. That alone is not worth writing down.
  void touch(String id) {
    Known known = alerts.remove(id);
    if (known != null) {
      alerts.put(id, known);
    }
  }

  /// Writes down what has changed since the last time; what could not be written is tried again the next time.
  void save() {
    if (!changed || file == null) {
      return;
    }
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    ArrayNode list = state.putArray("alerts");
    alerts.forEach((id, known) ->
        list.addObject()
            .put("id", id)
            .put("digest", known.digest())
            .put("resolved", known.resolved())
            .put("changes", known.changes())
            .put("returns", known.returns()));
    changed = !file.write(state);
  }
}
