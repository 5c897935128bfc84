package dev.tocsin.bridges;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A bridge that publishes events to a broker of MQTT, at QoS 1.
///
/// @param topic under which an event goes out
/// @param format the name of the form in which it does
/// @param retained the types whose newest event of each topic the broker keeps
/// @param status the topic on which it says whether it is there
/// @param home how it shows itself to Home Assistant; `null` for not at all
/// @param catalog of the hub
record MqttOutSettings(
    String name,
    Wanted wanted,
    boolean fromOldest,
    BrokerSettings broker,
    TopicTemplate topic,
    String format,
    List<TypePattern> retained,
    String status,
    @Nullable HomeSettings home,
    EventCatalog catalog)
    implements OutSettings {

  static final String KIND = "mqtt-out";

  /// How many events are published before the position is noted, and how many bytes.
  static final Bundling BUNDLING = new Bundling(100, 1 << 20, Duration.ZERO);

  private static final String STATUS = "tocsin/status";

  public MqttOutSettings {
    retained = List.copyOf(retained);
  }

  static MqttOutSettings read(String name, Section section, BridgeFile.Context context) {
    BrokerSettings broker =
        BrokerSettings.read(
            section,
            Stream.concat(
                    Stream.of(
                        "topic", "retain", "qos", "status", HomeSettings.MEMBER, EventForm.MEMBER),
                    WantedReader.MEMBERS.stream())
                .toArray(String[]::new));
    WantedReader reader = new WantedReader(context);
    Wanted wanted = reader.read(section);
    List<EventType> types = reader.types(wanted);
    qos(section.at("qos"));
    HomeSettings home = HomeSettings.read(name, section.at(HomeSettings.MEMBER));
    if (home != null && types.stream().noneMatch(type -> HomeView.isShown(type.name()))) {
      section
          .at(HomeSettings.MEMBER)
          .fault(
              "shows cameras, detections and alerts, and none of them is among the \"events\": add"
                  + " \"camera.*\", \"detection.*\" or \"alert.*\"");
    }
    return new MqttOutSettings(
        name,
        wanted,
        WantedReader.isFromOldest(section),
        broker,
        new TopicTemplateReader(context.catalog(), types).read(section.at("topic")),
        EventForm.name(
            section, EventForm.Envelope.NAME, EventForm.Cloud.NAME, EventForm.Payload.NAME),
        retained(section.at("retain"), reader),
        TopicTemplateReader.fixed(
            section.at("status"), "the topic that says online or offline", STATUS),
        home,
        context.catalog());
  }

  private static void qos(Section section) {
    if (section.isThere() && !(section.json().isInt() && section.json().intValue() == 1)) {
      section.fault("must be 1: a message comes at least once, and the broker says that it has it");
    }
  }

  private static List<TypePattern> retained(Section section, WantedReader reader) {
    if (!section.isThere() || section.json().isBoolean()) {
      return section.isThere() && section.json().booleanValue()
          ? List.of(new TypePattern("*"))
          : List.of();
    }
    List<TypePattern> patterns = new ArrayList<>();
    for (Section one :
        section.items(
            "true, false or an array of patterns, as [\"camera.*\"]", WantedReader.MAX_PATTERNS)) {
      TypePattern pattern = reader.pattern(one);
      if (pattern != null) {
        patterns.add(pattern);
      }
    }
    return patterns;
  }

  boolean isRetained(String type) {
    return retained.stream().anyMatch(pattern -> pattern.matches(type));
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String place() {
    return broker.address().toString();
  }

  @Override
  public String target() {
    return place();
  }

  @Override
  public Bundling bundling() {
    return BUNDLING;
  }

  @Override
  public void requireSecrets(Map<String, String> environment) throws MissingSecretException {
    broker.require(environment);
  }

  @Override
  public Receiver receiver(Parts parts) {
    return receiver(parts, MqttReceiver.PATIENCE, Backoff.usual(new Random()));
  }

  /// The same with a pace of one's own.
  ///
  /// @param patience how long the broker may acknowledge nothing
  Receiver receiver(Parts parts, Duration patience, Backoff backoff) {
    return new MqttReceiver(this, parts, patience, backoff, new Random());
  }
}
