package dev.tocsin.app;

import dev.tocsin.describe.Descriptions;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.Json;
import dev.tocsin.gateway.BuildVersion;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Tells what event types there are. Needs no server.
@Command(
    name = "catalog",
    description = "Tells what event types there are and how their payloads look. Needs no server.",
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false)
final class CatalogCommand {

  /// All event types.
  @Command(name = "list", description = "All event types, a line each.", sortOptions = false)
  static final class ListTypes implements Callable<Integer> {

    private final Surroundings surroundings;

    @Mixin private final CatalogOption catalog = new CatalogOption();

    ListTypes(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
      Table table = new Table().row("TYPE", "CHANNEL", "DESCRIPTION");
      for (EventType type : catalog.load().allEventTypes()) {
        table.row(type.name(), Objects.requireNonNullElse(type.channel(), "-"), type.description());
      }
      table.lines(surroundings.width()).forEach(surroundings.out()::println);
      return 0;
    }
  }

  /// One event type, for a person.
  @Command(
      name = "show",
      description = "One event type: what it means and what its payload holds.",
      sortOptions = false)
  static final class Show implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(paramLabel = "TYPE", description = "The event type, for instance alert.created.")
    private String type = "";

    @Mixin private final CatalogOption catalogOption = new CatalogOption();

    Show(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
      EventCatalog catalog = catalogOption.load();
      EventType found = CatalogOption.find(catalog, type);
      PrintStream out = surroundings.out();
      new Table()
          .row("type", found.name())
          .row("meaning", found.description())
          .row("domain", found.domain().orElse("-"))
          .row("channel", Objects.requireNonNullElse(found.channel(), "-"))
          .row("published by", found.reserved() ? "the server only" : "anybody")
          .row("payload", found.payload() == null ? "none" : found.payload().name())
          .lines(surroundings.width())
          .forEach(out::println);
      ObjectNode schema = catalog.jsonSchema(type).orElse(null);
      if (schema != null) {
        fields(schema, catalog.requiredPayloadFields(type));
        example(found, schema.path("examples").path(0));
      }
      return 0;
    }

    /// A command that publishes the event as it is pasted.
    private void example(EventType found, JsonNode payload) {
      if (!found.reserved() && payload.isObject()) {
        PrintStream out = surroundings.out();
        out.println();
        out.println("For instance:");
        out.println(
            "  "
                + surroundings.program()
                + " publish "
                + found.name()
                + " --payload "
                + ShellText.quoted(TerminalText.harmlessJson(Json.write(payload))));
      }
    }

    private void fields(ObjectNode schema, List<String> required) {
      Table table = new Table().row("FIELD", "TYPE", "REQUIRED", "MEANING");
      for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
        table.row(
            field.getKey(),
            typeOf(field.getValue()),
            required.contains(field.getKey()) ? "yes" : "no",
            meaning(field.getValue()));
      }
      surroundings.out().println();
      table.lines(surroundings.width()).forEach(surroundings.out()::println);
    }

    private static String meaning(JsonNode field) {
      String values =
          field
              .path("enum")
              .valueStream()
              .filter(value -> !value.isNull())
              .map(value -> value.asString(""))
              .collect(Collectors.joining(", "));
      String description = field.path("description").asString("");
      return values.isEmpty() ? description : description + ": " + values;
    }

    /// A word or two for the type of a schema.
    private static String typeOf(JsonNode schema) {
      if (schema.has("$ref")) {
        String reference = schema.path("$ref").asString("");
        return reference.substring(reference.lastIndexOf('/') + 1);
      }
      if (schema.has("anyOf")) {
        return schema
            .path("anyOf")
            .valueStream()
            .map(Show::typeOf)
            .filter(name -> !name.equals("null"))
            .collect(Collectors.joining(" or "));
      }
      JsonNode type = schema.path("type");
      String name =
          type.isArray()
              ? type.valueStream()
                  .map(value -> value.asString(""))
                  .filter(value -> !value.equals("null"))
                  .collect(Collectors.joining(" or "))
              : type.asString("any");
      return name.equals("array") ? "list of " + typeOf(schema.path("items")) : name;
    }
  }

  /// The JSON Schema of a payload.
  @Command(
      name = "schema",
      description = "The JSON Schema (2020-12) of an event type's payload.",
      sortOptions = false)
  static final class Schema implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(paramLabel = "TYPE", description = "The event type, for instance alert.created.")
    private String type = "";

    @Mixin private final CatalogOption catalogOption = new CatalogOption();

    Schema(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
      EventCatalog catalog = catalogOption.load();
      EventType found = CatalogOption.find(catalog, type);
      ObjectNode schema =
          catalog
              .jsonSchema(found.name())
              .orElseThrow(() -> new Failure(found.name() + " has no payload"));
      surroundings.out().println(Json.writePretty(schema));
      return 0;
    }
  }

  /// The catalog as a document for other tools.
  abstract static sealed class Document implements Callable<Integer> {

    private final Surroundings surroundings;

    @Mixin private final CatalogOption catalogOption = new CatalogOption();

    Document(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    abstract String text(Descriptions descriptions);

    @Override
    public Integer call() throws Failure {
      Descriptions descriptions = new Descriptions(catalogOption.load(), BuildVersion.number());
      surroundings.out().println(text(descriptions).stripTrailing());
      return 0;
    }
  }

  /// For TypeScript.
  @Command(
      name = "types",
      description =
          "All event types for TypeScript, as a server gives them at /api/v1/catalog.d.ts.",
      sortOptions = false)
  static final class Types extends Document {

    Types(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    String text(Descriptions descriptions) {
      return descriptions.typeScript();
    }
  }

  /// For what speaks HTTP.
  @Command(
      name = "openapi",
      description =
          "The HTTP side of a server as OpenAPI 3.1, as it gives it at /api/v1/openapi.json.",
      sortOptions = false)
  static final class OpenApi extends Document {

    OpenApi(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    String text(Descriptions descriptions) {
      return Json.writePretty(descriptions.openApi());
    }
  }

  /// For what speaks WebSocket.
  @Command(
      name = "asyncapi",
      description =
          "The WebSocket of a server as AsyncAPI 3.0, as it gives it at /api/v1/asyncapi.json.",
      sortOptions = false)
  static final class AsyncApi extends Document {

    AsyncApi(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    String text(Descriptions descriptions) {
      return Json.writePretty(descriptions.asyncApi());
    }
  }
}
