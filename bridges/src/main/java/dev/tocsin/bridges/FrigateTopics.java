package dev.tocsin.bridges;

import java.util.List;
import java.util.stream.Stream;

/// What Frigate publishes (its documentation's page "MQTT"), as events: tracked objects, review items, availability and figures. Counts,
/// pictures and switches are not subscribed to.
///
/// @param prefix Frigate's `topic_prefix`
record FrigateTopics(String prefix) implements MessageHandler {

  @Override
  public List<TopicFilter> filters() {
    return Stream.of(
            "events", "reviews", "tracked_object_update", "available", "stats", "+/status/+")
        .map(rest -> TopicFilter.of(prefix + '/' + rest))
        .toList();
  }

  @Override
  public List<Mapped> handle(BridgeMessage message) {
    List<String> topic = message.topic();
    int own = TopicFilter.split(prefix).size();
    if (topic == null || topic.size() <= own) {
      return List.of();
    }
    if (topic.size() == own + 3) {
      return FrigateStatus.camera(topic.get(own), topic.get(own + 2), message);
    }
    return switch (topic.get(own)) {
      case "events" -> FrigateObjects.changed(message);
      case "tracked_object_update" -> FrigateObjects.recognised(message);
      case "reviews" -> FrigateReviews.changed(message);
      case "available" -> FrigateStatus.available(message);
      case "stats" -> FrigateStatus.stats(message);
      default -> List.of();
    };
  }
}
