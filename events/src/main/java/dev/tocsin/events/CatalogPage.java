package dev.tocsin.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.node.ObjectNode;

/// Writes `docs/catalog.md`: the built-in types for people who read.
final class CatalogPage {

  private static final String INTRODUCTION =
      """
      # The built-in event types

      Made from the payload records; `CONTRIBUTING.md` says how to change it.

      An event is an envelope around a payload: `{"type": "alert.created", "payload": {…}}`. This
      page says what the payloads hold; [protocol.md](protocol.md) what the envelope does. Each type
      has a constant in `WebSocketEventType`, and a channel that its events go to when their
      producer names none.

      A field that is not required may be left out or be `null`. Fields that are not listed pass
      through untouched. The values of enums are accepted in any letter case and delivered in lower
      case. A timestamp is an ISO 8601 date and time, its offset optional. Ranges include both ends.
      "About one `camera_id`" names the key (`x-tocsin-key` in the schema): `latest` gives the newest
      event of the type for each of its values.

      """;

  private static final ObjectWriter PRETTY =
      Json.mapper()
          .writer()
          .with(
              new DefaultPrettyPrinter(
                      Separators.createDefaultInstance()
                          .withObjectNameValueSpacing(Separators.Spacing.AFTER))
                  .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                  .withArrayIndenter(new DefaultIndenter("  ", "\n")));

  private final EventCatalog catalog;
  private final StringBuilder page = new StringBuilder(INTRODUCTION);
  private final Map<String, EventType> described = new TreeMap<>();
  private final Map<String, ObjectNode> nested = new TreeMap<>();

  private CatalogPage(EventCatalog catalog) {
    this.catalog = catalog;
  }

  /// The page as Markdown.
  static String of(EventCatalog catalog) {
    CatalogPage page = new CatalogPage(catalog);
    page.writeContents();
    page.writeTypes();
    page.writeNested();
    return page.page.toString().stripTrailing() + '\n';
  }

  private void writeContents() {
    line("| type | constant | channel | what happened |");
    line("| --- | --- | --- | --- |");
    for (EventType type : catalog.allEventTypes()) {
      String name =
          type.payload() == null ? code(type.name()) : link(code(type.name()), type.name());
      line(
          "| "
              + name
              + " | "
              + code(constant(type))
              + " | "
              + channel(type)
              + " | "
              + type.description()
              + " |");
    }
  }

  private static String constant(EventType type) {
    return WebSocketEventType.ofWireName(type.name()).map(Enum::name).orElse("");
  }

  private static String channel(EventType type) {
    return type.channel() == null ? "the server's own" : code(type.channel());
  }

  private void writeTypes() {
    for (EventType type : catalog.allEventTypes()) {
      PayloadSchema payload = type.payload();
      if (payload == null) {
        continue;
      }
      line("");
      line("## " + type.name());
      line("");
      EventType same = described.putIfAbsent(payload.name(), type);
      if (same == null) {
        line(type.description() + ". " + code(payload.name()) + key(payload) + ':');
        ObjectNode schema = payload.jsonSchema(type.name(), type.description());
        writeFields(schema);
        writeExample(schema);
      } else {
        line(
            type.description()
                + ". "
                + code(payload.name())
                + ", as in "
                + link(same.name(), same.name())
                + '.');
      }
    }
  }

  private static String key(PayloadSchema payload) {
    return payload.keyField().map(key -> ", about one " + code(key)).orElse("");
  }

  private void writeNested() {
    nested.forEach((name, schema) -> {
      if (!described.containsKey(name)) {
        line("");
        line("## " + name);
        line("");
        line("Part of other payloads:");
        writeFields(schema);
      }
    });
  }

  private void writeFields(ObjectNode schema) {
    List<String> required =
        schema.path("required").valueStream().map(JsonNode::stringValue).toList();
    line("");
    line("| field | type | required | meaning |");
    line("| --- | --- | --- | --- |");
    schema
        .path("properties")
        .forEachEntry((name, field) ->
            line(
                "| "
                    + String.join(
                        " | ",
                        code(name),
                        type(field),
                        required.contains(name) ? "yes" : otherwise(field),
                        cell(field.path("description").asString()))
                    + " |"));
    schema
        .path("$defs")
        .forEachEntry((name, definition) -> nested.putIfAbsent(name, (ObjectNode) definition));
  }

  private void writeExample(ObjectNode schema) {
    line("");
    line("```json");
    line(PRETTY.writeValueAsString(schema.path("examples").path(0)));
    line("```");
  }

  private static String otherwise(JsonNode field) {
    return field.has("default") ? "no, else " + code(field.get("default").toString()) : "no";
  }

  private String type(JsonNode field) {
    if (field.has("anyOf")) {
      return type(field.get("anyOf").get(0));
    }
    if (field.has("$ref")) {
      String name = field.get("$ref").stringValue().replace("#/$defs/", "");
      EventType owner = described.get(name);
      return link(name, owner == null ? name : owner.name());
    }
    if (field.has("enum")) {
      return field
          .get("enum")
          .valueStream()
          .filter(JsonNode::isString)
          .map(value -> code(value.stringValue()))
          .collect(Collectors.joining(", "));
    }
    if (field.has("pattern")) {
      return "timestamp";
    }
    if (field.has("items")) {
      return "list of " + type(field.get("items"));
    }
    if (field.has("additionalProperties")) {
      return "map to " + type(field.get("additionalProperties"));
    }
    JsonNode type = field.get("type");
    return (type.isArray() ? type.get(0) : type).stringValue() + range(field);
  }

  private static String range(JsonNode field) {
    List<String> ends = new ArrayList<>();
    if (field.has("minimum")) {
      ends.add("from " + field.get("minimum"));
    }
    if (field.has("maximum")) {
      ends.add("to " + field.get("maximum"));
    }
    return ends.isEmpty() ? "" : ' ' + String.join(" ", ends);
  }

  private void line(String text) {
    page.append(text).append('\n');
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static String code(String text) {
    return '`' + text + '`';
  }

  /// A link to a section, whose anchor is its heading without dots and in lower case.
  private static String link(String text, String heading) {
    return '[' + text + "](#" + Ascii.lowerCase(heading).replace(".", "") + ')';
  }
}
