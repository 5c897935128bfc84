package dev.tocsin.gateway;

import dev.tocsin.http.Json;
import dev.tocsin.hub.Subscribed;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/// What an operator is told of a connection, as of a moment. It holds no credential. Immutable.
///
/// @param id the name that its client was told
/// @param name of its principal; empty for nobody's
/// @param address where it comes from
/// @param transport `websocket`, for instance
/// @param since when it was opened
/// @param subscribed its patterns; `null` when it never subscribed, and gets everything that it may read
/// @param position up to where it has been given what it wants
/// @param newest the newest event of the log
/// @param bytesWaiting what it was sent and its socket has not taken
/// @param inDebt whether its principal has used up its time: nothing of it is read until that is paid
record ConnectionView(
    String id,
    String name,
    String address,
    String transport,
    Instant since,
    @Nullable List<Subscribed> subscribed,
    long position,
    long newest,
    Standing standing,
    long bytesWaiting,
    boolean inDebt) {

  ObjectNode toJson() {
    ObjectNode json = Json.object().put("id", id);
    if (!name.isEmpty()) {
      json.put("name", name);
    }
    json.put("address", address)
        .put("transport", transport)
        .put("since", since.truncatedTo(ChronoUnit.MILLIS).toString());
    writeSubscription(json);
    json.put("position", position)
        .put("behind", Math.max(0, newest - position))
        .put("state", state())
        .put("bytes_waiting", bytesWaiting)
        .put("in_debt", inDebt);
    if (standing.isLagging()) {
      json.put("why", standing.wireName());
    }
    return json;
  }

  private String state() {
    return standing.isLagging() ? "lagging" : standing.wireName();
  }

  /// One that never subscribed gets everything, which `*` says as well.
  private void writeSubscription(ObjectNode json) {
    ArrayNode patterns = json.putArray("patterns");
    ObjectNode filters = json.putObject("filters");
    if (subscribed == null) {
      patterns.add("*");
    } else {
      for (Subscribed each : subscribed) {
        patterns.add(each.pattern().text());
        if (each.where() != null) {
          filters.putRawValue(each.pattern().text(), new RawValue(each.where().json()));
        }
      }
    }
    json.put("subscribed", subscribed != null);
  }
}
