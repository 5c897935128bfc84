package dev.tocsin.bridges.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.description.BridgeDescription;
import dev.tocsin.bridges.description.BridgeFault;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Messages and mappings of tests.
public final class TestMessages {

  public static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

  private TestMessages() {}

  public static JsonNode json(String text) {
    return ((Json.Value) Json.read(text)).tree();
  }

  public static JsonNode text(String text) {
    return JsonNodeFactory.instance.stringNode(text);
  }

  public static BridgeMessage mqtt(String topic, String payload) {
    JsonNode said =
        Json.read(payload) instanceof Json.Value(JsonNode tree)
            ? tree
            : JsonNodeFactory.instance.stringNode(payload);
    return new BridgeMessage("garage", TopicFilter.split(topic), said, Map.of(), NOW);
  }

  /// What is wrong with a mapping, each fault as a line.
  public static List<String> faults(MessageSource source, String mapping) {
    Faults faults = new Faults(mapping.getBytes(StandardCharsets.UTF_8));
    new MappingReader(EventCatalog.builtIn(), source).read(new Section(json(mapping), "", faults));
    return faults.told().stream().map(BridgeFault::toString).toList();
  }

  /// A mapping without fault.
  public static Mapping mapping(MessageSource source, String mapping) {
    assertThat(faults(source, mapping)).isEmpty();
    return new MappingReader(EventCatalog.builtIn(), source)
        .read(new Section(json(mapping), "", new Faults(new byte[0])));
  }

  /// What a file says of a bridge of that name, without fault as far as it is read here.
  public static BridgeDescription bridge(String name, String bridge) {
    return new BridgeDescription(
        name, new Section(json(bridge), "", new Faults(new byte[0])), EventCatalog.builtIn());
  }

  public static JsonNode payload(Mapped mapped) {
    return json(envelope(mapped)).get("payload");
  }

  public static String envelope(Mapped mapped) {
    assertThat(mapped).isInstanceOf(Mapped.Event.class);
    return new String(((Mapped.Event) mapped).envelope(), StandardCharsets.UTF_8);
  }
}
