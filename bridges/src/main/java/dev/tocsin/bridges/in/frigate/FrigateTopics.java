package dev.tocsin.bridges.in.frigate;

import dev.tocsin.bridges.bridge.BridgeKind;
import dev.tocsin.bridges.broker.BrokerSettings;
import dev.tocsin.bridges.description.BridgeDescription;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.bridges.in.mqtt.MessageHandler;
import dev.tocsin.bridges.in.mqtt.MqttSettings;
import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.Mapped;
import dev.tocsin.bridges.mapping.TopicFilter;
import java.util.List;
import java.util.stream.Stream;

/// What Frigate publishes (its documentation's page "MQTT"), as events: tracked objects, review items, availability and
/// figures. Counts, pictures and switches are not subscribed to.
public final class FrigateTopics implements MessageHandler {

  /// The kind of bridges that hear them.
  public static final BridgeKind KIND = new BridgeKind("frigate", FrigateTopics::read);

  /// What is usual as their beginning.
  private static final String PREFIX = "frigate";

  private static final String AVAILABLE = "available";

  private final String prefix;
  private final FrigateThings things = new FrigateThings();

  /// @param prefix Frigate's `topic_prefix`, without a slash at the end
  public FrigateTopics(String prefix) {
    this.prefix = prefix;
  }

  private static MqttSettings read(BridgeDescription bridge) {
    bridge.allow(BrokerSettings.MEMBERS, List.of("topic_prefix"));
    BrokerSettings broker = BrokerSettings.read(bridge);
    Section prefix = bridge.at("topic_prefix");
    String text = prefix.optionalText("what Frigate's topics begin with, as its topic_prefix");
    if (text != null) {
      String fault = TopicFilter.fault(text);
      if (fault == null && (text.contains("+") || text.contains("#") || text.endsWith("/"))) {
        fault = "must be what Frigate has as its topic_prefix: no wildcards, no slash at the end";
      }
      if (fault != null) {
        prefix.fault(fault);
      }
    }
    return new MqttSettings(
        bridge.name(), KIND.word(), broker, () -> new FrigateTopics(text == null ? PREFIX : text));
  }

  @Override
  public List<TopicFilter> filters() {
    return Stream.of("events", "reviews", "tracked_object_update", AVAILABLE, "stats", "+/status/+")
        .map(rest -> TopicFilter.of(prefix + '/' + rest))
        .toList();
  }

  /// Words, as `online`. What else Frigate says has keys.
  @Override
  public boolean isState(List<String> topic) {
    int own = levels();
    return isCamera(topic, own) || (topic.size() == own + 1 && topic.getLast().equals(AVAILABLE));
  }

  private static boolean isCamera(List<String> topic, int own) {
    return topic.size() == own + 3;
  }

  private int levels() {
    return TopicFilter.split(prefix).size();
  }

  @Override
  public List<Mapped> handle(BridgeMessage message) {
    List<String> topic = message.topic();
    int own = levels();
    if (topic == null || topic.size() <= own) {
      return List.of();
    }
    if (isCamera(topic, own)) {
      return FrigateStatus.camera(topic.get(own), topic.get(own + 2), message);
    }
    return switch (topic.get(own)) {
      case "events" -> FrigateObjects.changed(message, things);
      case "tracked_object_update" -> FrigateObjects.recognised(message, things);
      case "reviews" -> FrigateReviews.changed(message, things);
      case AVAILABLE -> FrigateStatus.available(message);
      case "stats" -> FrigateStatus.stats(message);
      default -> List.of();
    };
  }
}
