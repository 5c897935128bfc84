package dev.tocsin.bridges;

import dev.tocsin.bridges.bridge.BridgeKind;
import dev.tocsin.bridges.bridge.BridgeSettings;
import dev.tocsin.bridges.bridge.Claim;
import dev.tocsin.bridges.description.BridgeDescription;
import dev.tocsin.bridges.description.BridgeFault;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.bridges.in.frigate.FrigateTopics;
import dev.tocsin.bridges.in.hook.HookKinds;
import dev.tocsin.bridges.in.mqtt.MqttSettings;
import dev.tocsin.bridges.out.file.FileOut;
import dev.tocsin.bridges.out.mqtt.MqttOut;
import dev.tocsin.bridges.out.webhook.WebhookOut;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Json;
import dev.tocsin.events.LongNumbers;
import dev.tocsin.events.Rejection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
  private static final SortedMap<String, BridgeKind> KINDS =
      new TreeMap<>(
          Stream.of(
                  HookKinds.WEBHOOK,
                  HookKinds.ALERTMANAGER,
                  MqttSettings.KIND,
                  FrigateTopics.KIND,
                  WebhookOut.KIND,
                  FileOut.KIND,
                  MqttOut.KIND)
              .collect(Collectors.toMap(BridgeKind::word, kind -> kind)));

  private BridgeFile() {}

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
        Faults faults = new Faults(content);
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
    Faults notes = file.faults().none();
    if (file.isObject("an object with an array \"bridges\"")) {
      file.allow("bridges");
      Map<String, Section> names = new HashMap<>();
      Map<Claim, Section> claims = new HashMap<>();
      for (Section one :
          file.at("bridges").items("an array of bridges, one at least", MAX_BRIDGES)) {
        BridgeSettings bridge = bridge(one, catalog, names);
        if (bridge != null) {
          bridges.add(bridge);
          for (Claim claim : bridge.claims()) {
            claim(one.at(claim.member()), claim, claims, notes);
          }
        }
      }
    }
    return new BridgePlan(bridges, notes.told());
  }

  private static @Nullable BridgeSettings bridge(
      Section section, EventCatalog catalog, Map<String, Section> names) {
    if (!section.isObject("an object with name and kind")) {
      return null;
    }
    String name = name(section.at("name"), names);
    Section kind = section.at("kind");
    String word = kind.text("one of " + String.join(", ", KINDS.keySet()));
    BridgeKind known = word == null ? null : KINDS.get(word);
    if (known == null) {
      if (word != null) {
        kind.unknown("there is no kind " + Faults.quoted(word), word, KINDS.keySet());
      }
      return null;
    }
    section.at("description").optionalText("a text for people");
    return known.reader().read(new BridgeDescription(name, section, catalog));
  }

  private static void claim(
      Section section, Claim claim, Map<Claim, Section> others, Faults notes) {
    if (claim.otherwise() == null) {
      unique(section, claim, claim.member(), others);
      return;
    }
    Section first = others.putIfAbsent(claim, section);
    if (first != null) {
      new Section(section.json(), section.pointer(), notes)
          .fault(
              "is the same "
                  + claim.member()
                  + " as that of "
                  + first.pointer()
                  + ": "
                  + claim.otherwise());
    }
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

  private static <K> void unique(Section section, K value, String what, Map<K, Section> others) {
    Section first = others.putIfAbsent(value, section);
    if (first != null) {
      section.fault("is the " + what + " of " + first.pointer() + " already");
    }
  }
}
