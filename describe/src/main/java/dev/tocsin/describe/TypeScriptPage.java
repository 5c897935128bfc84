package dev.tocsin.describe;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// A catalog as a module of TypeScript's types (`.d.ts`), for `tsc --strict`: an interface for each payload and each event, and
/// their unions.
final class TypeScriptPage {

  private static final String ABOUT =
      """
      The event types of a Tocsin server, as it delivers them. Made from its running catalog by
      GET /api/v1/catalog.d.ts and by `tocsin catalog types`; do not edit.

      What may be published is a little more: the values of enums in any letter case, and fields that no payload names.
      What types cannot say (bounds, formats, patterns) stands in the comments; the server checks it.

      """;

  private final NamedSchemas schemas;
  private final StringBuilder page = new StringBuilder();

  private TypeScriptPage(NamedSchemas schemas) {
    this.schemas = schemas;
  }

  /// @param hash of the catalog
  static String of(NamedSchemas schemas, String hash) {
    TypeScriptPage page = new TypeScriptPage(schemas);
    page.write(hash);
    return page.page.toString();
  }

  private void write(String hash) {
    page.append(TsText.comment(ABOUT + "\ncatalog " + hash, ""));
    page.append('\n')
        .append(
            TsText.comment(
                "Which catalog this is. `connection.established` tells the server's: another one"
                    + " may have other types.",
                ""))
        .append("export type CatalogHash = ")
        .append(TsText.literal(hash))
        .append(";\n");
    schemas.parts().forEach(this::part);
    schemas.entries().forEach(this::event);
    map("Events", "The events that are published and subscribed to, by their types.", false);
    map("ServerEvents", "What the server says by itself, by its type.", true);
    page.append(
        """

        /** An event that is published and subscribed to: `type` tells which. */
        export type TocsinEvent = Events[keyof Events];

        /** What the server says by itself. */
        export type ServerEvent = ServerEvents[keyof ServerEvents];

        /** Whatever the catalog has. */
        export type CatalogEvent = TocsinEvent | ServerEvent;
        """);
  }

  private void part(Part part) {
    JsonNode schema = part.schema();
    page.append('\n').append(TsText.comment(SchemaDocs.of(schema), ""));
    Ts type = new SchemaTypes(part.document()).of(schema);
    if (type.isPlainObject()) {
      page.append("export interface ").append(part.name()).append(' ').append(type.text());
    } else {
      page.append("export type ").append(part.name()).append(" = ").append(type.text()).append(';');
    }
    page.append('\n');
  }

  private void event(NamedSchemas.Entry entry) {
    String channel = entry.type().channel();
    page.append('\n')
        .append(
            TsText.comment(
                entry.type().description() + (channel == null ? "" : "\nchannel: " + channel), ""))
        .append("export interface ")
        .append(entry.name())
        .append(" {\n");
    field("", "type", TsText.literal(entry.type().name()));
    if (entry.payload() != null) {
      field("", "payload", entry.payload().name());
    }
    field(
        "When it happened, as its producer wrote it; else when the server took it",
        "timestamp",
        "string");
    if (entry.type().reserved()) {
      switch (entry.type().name()) {
        case "ping" -> field("A position", "sequence?", "number");
        case "pong", "error" -> field("That of the action it answers", "id?", "string | number");
        default -> {}
      }
    } else {
      field("Its place in the log", "sequence", "number");
      field(
          "On a connection: nothing between it and `sequence` matched the subscription",
          "previous?",
          "number");
      field("A label to group by", "channel?", "string");
      field("The producer's", "correlation_id?", "string");
      field("There where it was asked for with `last` or `latest`", "initial?", "true");
    }
    page.append("}\n");
  }

  private void field(String comment, String name, String type) {
    page.append(TsText.comment(comment, "  "))
        .append("  ")
        .append(name)
        .append(": ")
        .append(type)
        .append(";\n");
  }

  private void map(String name, String comment, boolean reserved) {
    Predicate<NamedSchemas.Entry> isIn = entry -> entry.type().reserved() == reserved;
    List<NamedSchemas.Entry> entries = schemas.entries().stream().filter(isIn).toList();
    page.append('\n').append(TsText.comment(comment, ""));
    page.append(
        entries.stream()
            .map(entry -> "  " + TsText.literal(entry.type().name()) + ": " + entry.name() + ";\n")
            .collect(Collectors.joining("", "export interface " + name + " {\n", "}\n")));
  }
}
