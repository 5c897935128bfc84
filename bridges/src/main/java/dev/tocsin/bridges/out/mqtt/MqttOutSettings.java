package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.Claim;
import dev.tocsin.bridges.bridge.OtherSide;
import dev.tocsin.bridges.broker.BrokerSettings;
import dev.tocsin.bridges.description.BridgeDescription;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.bridges.out.Bundling;
import dev.tocsin.bridges.out.EventFormat;
import dev.tocsin.bridges.out.OutSettings;
import dev.tocsin.bridges.out.Outgoing;
import dev.tocsin.bridges.out.Receiver;
import dev.tocsin.bridges.out.TypePattern;
import dev.tocsin.bridges.out.WantedReader;
import dev.tocsin.events.EventType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A bridge that publishes events to a broker of MQTT, at QoS 1.
///
/// @param topic under which an event goes out
/// @param format in which it does
/// @param retained the types whose newest event of each topic the broker keeps
/// @param status the topic on which it says whether it is there
/// @param home how it shows itself to Home Assistant; `null` for not at all
record MqttOutSettings(
    Outgoing outgoing,
    BrokerSettings broker,
    TopicTemplate topic,
    EventFormat format,
    List<TypePattern> retained,
    String status,
    @Nullable HomeSettings home)
    implements OutSettings {

  static final String KIND = "mqtt-out";

  private static final String STATUS_MEMBER = "status";
  private static final List<String> MEMBERS =
      List.of("topic", "retain", "qos", STATUS_MEMBER, HomeSettings.MEMBER, EventFormat.MEMBER);

  /// How many events are published before the position is noted, and how many bytes.
  static final Bundling BUNDLING = new Bundling(100, 1 << 20, Duration.ZERO);

  private static final String STATUS = "tocsin/status";
  private static final String OF_STATUS =
      "when one of them goes offline, it says so for the other as well; give each its own";

  private static final String OF_HOME =
      "they announce the same devices, and each undoes what the other has told of them; give each a"
          + " \"node\" of its own";

  public MqttOutSettings {
    retained = List.copyOf(retained);
  }

  static MqttOutSettings read(BridgeDescription bridge) {
    bridge.allow(BrokerSettings.MEMBERS, Outgoing.MEMBERS, MEMBERS);
    Section section = bridge.section();
    BrokerSettings broker = BrokerSettings.read(bridge);
    Outgoing outgoing = Outgoing.read(bridge);
    List<EventType> types = outgoing.types();
    qos(section.at("qos"));
    HomeSettings home = HomeSettings.read(bridge.name(), section.at(HomeSettings.MEMBER));
    if (home != null && types.stream().noneMatch(type -> HomeView.isShown(type.name()))) {
      section
          .at(HomeSettings.MEMBER)
          .fault(
              "shows cameras, detections and alerts, and none of them is among the \"events\": add"
                  + " \"camera.*\", \"detection.*\" or \"alert.*\"");
    }
    return new MqttOutSettings(
        outgoing,
        broker,
        new TopicTemplateReader(bridge.catalog(), types).read(section.at("topic")),
        EventFormat.read(
            section, EventFormat.ENVELOPE, EventFormat.CLOUDEVENTS, EventFormat.PAYLOAD),
        retained(section.at("retain"), new WantedReader(bridge.catalog())),
        TopicTemplateReader.fixed(
            section.at(STATUS_MEMBER), "the topic that says online or offline", STATUS),
        home);
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
    return reader.patterns(section, "true, false or an array of patterns, as [\"camera.*\"]");
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
  public List<Claim> claims() {
    List<Claim> claims = new ArrayList<>(broker.claims());
    claims.add(new Claim(STATUS_MEMBER, place() + " " + status, OF_STATUS));
    if (home != null) {
      claims.add(new Claim(HomeSettings.MEMBER, place() + " " + home.node(), OF_HOME));
    }
    return List.copyOf(claims);
  }

  @Override
  public Bundling bundling() {
    return BUNDLING;
  }

  @Override
  public Optional<OtherSide> otherSide() {
    return Optional.of(broker.otherSide(name()));
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
