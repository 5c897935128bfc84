package dev.tocsin.bridges.in.frigate;

import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.Mapped;
import dev.tocsin.bridges.mapping.Scalars;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How Frigate and its cameras fare, from `frigate/available`, `frigate/<camera>/status/<role>` and `frigate/stats`.
final class FrigateStatus {

  /// The role that tells whether a camera is there; each camera has it.
  private static final String ROLE = "detect";

  private FrigateStatus() {}

  /// `frigate/<camera>/status/<role>`.
  static List<Mapped> camera(String camera, String role, BridgeMessage message) {
    String word = message.payload().asString("");
    if (!role.equals(ROLE)) {
      return List.of(new Mapped.Ignored(Reason.NO_MAPPING));
    }
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("camera_id", camera).put("camera_name", camera);
    payload.put("timestamp", FrigateEvent.text(message.received())).put("source", "frigate");
    return switch (word) {
      case "online" -> event("camera.online", payload);
      case "offline" ->
          event(
              "camera.offline",
              payload.put("reason", "Frigate gets no frames; it starts the stream again"));
      case "disabled" ->
          event("camera.offline", payload.put("reason", "The camera is switched off in Frigate"));
      default ->
          FrigateEvent.malformed(
              "a camera is online, offline or disabled, not " + Faults.quoted(word));
    };
  }

  /// One without a key: what was said before may hold again. It is known by what its topic has said before it.
  private static List<Mapped> event(String type, ObjectNode payload) {
    return List.of(FrigateEvent.of(type, payload, null));
  }

  /// `frigate/available`.
  static List<Mapped> available(BridgeMessage message) {
    String word = message.payload().asString("");
    if (!word.equals("online") && !word.equals("offline")) {
      return FrigateEvent.malformed("Frigate is online or offline, not " + Faults.quoted(word));
    }
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.putObject("gpu");
    payload.putObject("cameras");
    payload.putObject("queue");
    payload
        .put("health", word.equals("online") ? "healthy" : "unhealthy")
        .put("timestamp", FrigateEvent.text(message.received()))
        .put("source", "frigate")
        .put("available", word.equals("online"));
    return event("system.status", payload);
  }

  /// `frigate/stats`.
  static List<Mapped> stats(BridgeMessage message) {
    JsonNode said = message.payload();
    if (!said.path("cameras").isObject()) {
      return FrigateEvent.malformed("it is none of Frigate's statistics: there are no cameras");
    }
    String now = FrigateEvent.moment(said.path("service").path("last_updated"), message);
    List<Mapped> events = new ArrayList<>();
    events.add(status(said, now, message));
    said.path("gpu_usages")
        .properties()
        .forEach(gpu -> events.add(gpu(gpu.getKey(), gpu.getValue(), said, now)));
    return events;
  }

  private static Mapped status(JsonNode said, String now, BridgeMessage message) {
    int total = 0;
    int active = 0;
    int missing = 0;
    for (JsonNode camera : said.path("cameras")) {
      total++;
      boolean isActive = camera.path("camera_fps").asDouble(0) > 0;
      if (isActive) {
        active++;
      } else if (camera.path("detection_enabled").asBoolean(true)) {
        missing++;
      }
    }
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    ObjectNode gpus = payload.putObject("gpu");
    said.path("gpu_usages").properties().forEach(gpu -> gpus.set(gpu.getKey(), gpu.getValue()));
    payload.putObject("cameras").put("active", active).put("total", total);
    payload.putObject("queue");
    payload
        .put(
            "health",
            total > 0 && missing == total ? "unhealthy" : missing > 0 ? "degraded" : "healthy")
        .put("timestamp", now)
        .put("source", "frigate");
    FrigateEvent.put(said.path("detection_fps"), payload, "detection_fps");
    FrigateEvent.copy(said.path("service"), payload, "version", "uptime");
    ObjectNode detectors = JsonNodeFactory.instance.objectNode();
    said.path("detectors")
        .properties()
        .forEach(detector ->
            FrigateEvent.put(
                detector.getValue().path("inference_speed"), detectors, detector.getKey()));
    if (!detectors.isEmpty()) {
      payload.set("inference_millis", detectors);
    }
    return FrigateEvent.of("system.status", payload, "stats/" + FrigateEvent.digest(message));
  }

  private static Mapped gpu(String name, JsonNode usage, JsonNode said, String now) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    BigDecimal utilization = percent(usage.path("gpu"));
    if (utilization == null) {
      // Frigate cannot read this one.
      return new Mapped.Ignored(Reason.UNCHANGED);
    }
    payload.put("utilization", Math.clamp(utilization.doubleValue(), 0, 100));
    JsonNode temperature = usage.path("temp");
    if (temperature.isNumber()) {
      payload.set("temperature", temperature);
    }
    JsonNode fps = said.path("detection_fps");
    if (fps.isNumber() && fps.doubleValue() >= 0) {
      payload.set("inference_fps", fps);
    }
    payload.put("timestamp", now).put("source", "frigate").put("gpu", name);
    BigDecimal memory = percent(usage.path("mem"));
    if (memory != null) {
      payload.put("memory_percent", memory);
    }
    return FrigateEvent.of("gpu.stats_updated", payload, "gpu/" + name + '/' + now);
  }

  /// A share as Frigate writes it: `12.5%`; `null` where it does not know it.
  private static @Nullable BigDecimal percent(JsonNode value) {
    String text = value.isNumber() ? value.asString() : value.asString("").replace("%", "").strip();
    return Scalars.number(JsonNodeFactory.instance.stringNode(text));
  }
}
