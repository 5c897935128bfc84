package dev.tocsin.bridges;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Json;
import dev.tocsin.events.Rejection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The file in which an operator describes bridges: `{"bridges":[{"name":…,"kind":…},…]}`. It is read and checked as a
/// whole, before anything starts; `docs/bridges.md` describes it.
public final class BridgeFile {

  /// The largest file, in bytes.
  public static final int MAX_BYTES = 1 << 20;

  /// How many bridges it may describe.
  public static final int MAX_BRIDGES = 100;

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
  private static final SortedMap<String, KindReader> KINDS =
      new TreeMap<>(
          Map.of(
              MqttOutSettings.KIND, MqttOutSettings::read,
              HookSettings.Webhook.KIND, HookSettings.Webhook::read,
              HookSettings.Alertmanager.KIND, HookSettings.Alertmanager::read,
              WebhookOutSettings.KIND, WebhookOutSettings::read,
              FileOutSettings.KIND, FileOutSettings::read,
              MqttSettings.Mqtt.KIND, MqttSettings.Mqtt::read,
              MqttSettings.Frigate.KIND, MqttSettings.Frigate::read));

  private BridgeFile() {}

  /// What the parts of a file are read beside.
  ///
  /// @param catalog the types of the hub
  record Context(EventCatalog catalog) {}

  /// Reads the members of a bridge of one kind; what is wrong goes into the faults of the section.
  @FunctionalInterface
  private interface KindReader {
    BridgeSettings read(String name, Section section, Context context);
  }

  /// What became of a file.
  public sealed interface Reading {

    /// It describes bridges.
    record Read(BridgePlan plan) implements Reading {}

    /// It is not understood.
    ///
    /// @param faults what is wrong, in the order in which it was found; the last says how many more there are than are told
    record Refused(List<BridgeFault> faults) implements Reading {
      public Refused {
        faults = List.copyOf(faults);
      }
    }
  }

  /// Reads the content of a file.
  ///
  /// @param catalog the types of the hub
  public static Reading read(byte[] content, EventCatalog catalog) {
    if (content.length > MAX_BYTES) {
      return refused("the file is larger than " + (MAX_BYTES >> 20) + " MiB");
    }
    if (LongNumbers.areIn(content)) {
      return refused("the file has a number of more than " + LongNumbers.MAX_LENGTH + " digits");
    }
    // A secret may stand where it should not: what is no JSON is not repeated.
    return switch (Json.readDiscreetly(content)) {
      case Rejection rejection -> refused(rejection.message());
      case Json.Value(JsonNode tree) -> {
        Faults faults = new Faults(Places.of(content));
        BridgePlan plan = plan(new Section(tree, "", faults), catalog);
        yield faults.isEmpty() ? new Reading.Read(plan) : new Reading.Refused(faults.told());
      }
    };
  }

  private static Reading refused(String message) {
    return new Reading.Refused(List.of(new BridgeFault("", 0, message)));
  }

  private static BridgePlan plan(Section file, EventCatalog catalog) {
    List<BridgeSettings> bridges = new ArrayList<>();
    if (file.isObject("an object with an array \"bridges\"")) {
      file.allow("bridges");
      Map<String, Section> names = new HashMap<>();
      Map<String, Section> files = new HashMap<>();
      Map<String, Section> clients = new HashMap<>();
      for (Section one :
          file.at("bridges").items("an array of bridges, one at least", MAX_BRIDGES)) {
        BridgeSettings bridge = bridge(one, catalog, names);
        if (bridge != null) {
          bridges.add(bridge);
          if (bridge instanceof FileOutSettings out) {
            unique(one.at("path"), out.target(), "path", files);
          }
          BrokerSettings broker = broker(bridge);
          if (broker != null && broker.clientId() != null) {
            // Two clients with one id push each other out of the broker for ever.
            unique(
                one.at("client_id"),
                broker.address() + " " + broker.clientId(),
                "client_id",
                clients);
          }
        }
      }
    }
    return new BridgePlan(bridges);
  }

  private static @Nullable BrokerSettings broker(BridgeSettings bridge) {
    return switch (bridge) {
      case MqttSettings in -> in.broker();
      case MqttOutSettings out -> out.broker();
      case HookSettings none -> null;
      case OutSettings none -> null;
    };
  }

  private static @Nullable BridgeSettings bridge(
      Section section, EventCatalog catalog, Map<String, Section> names) {
    if (!section.isObject("an object with name and kind")) {
      return null;
    }
    String name = name(section.at("name"), names);
    Section kind = section.at("kind");
    String word = kind.text("one of " + String.join(", ", KINDS.keySet()));
    KindReader reader = word == null ? null : KINDS.get(word);
    if (reader == null) {
      if (word != null) {
        kind.unknown("there is no kind " + Faults.quoted(word), word, KINDS.keySet());
      }
      return null;
    }
    section.at("description").optionalText("a text for people");
    return reader.read(name, section, new Context(catalog));
  }

  private static String name(Section section, Map<String, Section> names) {
    String name = section.text("the name of the bridge");
    if (name == null) {
      return "";
    }
    if (!NAME.matcher(name).matches()) {
      section.fault("is no name: 1 to 64 lower-case letters, digits, - and _");
    } else {
      unique(section, name, "name", names);
    }
    return name;
  }

  private static void unique(
      Section section, String value, String what, Map<String, Section> others) {
    Section first = others.putIfAbsent(value, section);
    if (first != null) {
      section.fault("is the " + what + " of " + first.pointer() + " already");
    }
  }
}
