package dev.tocsin.bridges;

import java.util.List;
import java.util.Map;

/// A bridge that hears what a broker of MQTT has.
sealed interface MqttSettings extends BridgeSettings {

  BrokerSettings broker();

  /// What becomes of its messages.
  MessageHandler handler();

  @Override
  default String place() {
    return broker().address().toString();
  }

  @Override
  default void requireSecrets(Map<String, String> environment) throws MissingSecretException {
    broker().require(environment);
  }

  /// Any messages, by mappings.
  record Mqtt(String name, BrokerSettings broker, List<Mapping> mappings) implements MqttSettings {

    static final String KIND = "mqtt";

    public Mqtt {
      mappings = List.copyOf(mappings);
    }

    static Mqtt read(String name, Section section, BridgeFile.Context context) {
      return new Mqtt(
          name,
          BrokerSettings.read(section, "map"),
          new MappingReader(context.catalog(), MessageSource.MQTT).readAll(section.at("map")));
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public MessageHandler handler() {
      return new MappedTopics(mappings);
    }
  }

  /// The messages of Frigate.
  ///
  /// @param topicPrefix what its topics begin with, without a slash at the end
  record Frigate(String name, BrokerSettings broker, String topicPrefix) implements MqttSettings {

    static final String KIND = "frigate";

    private static final String PREFIX = "frigate";

    static Frigate read(String name, Section section, BridgeFile.Context context) {
      BrokerSettings broker = BrokerSettings.read(section, "topic_prefix");
      Section prefix = section.at("topic_prefix");
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
      return new Frigate(name, broker, text == null ? PREFIX : text);
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public MessageHandler handler() {
      return new FrigateTopics(topicPrefix);
    }
  }
}
