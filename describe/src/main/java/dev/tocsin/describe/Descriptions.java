package dev.tocsin.describe;

import dev.tocsin.events.EventCatalog;
import tools.jackson.databind.node.ObjectNode;

/// A catalog, and what a server does with it, as the documents that other tools read. Each is made anew when it is asked
/// for; whoever asks often keeps it. Any thread.
public final class Descriptions {

  private final NamedSchemas schemas;
  private final String hash;
  private final String version;

  /// @param catalog what is told
  /// @param version of the program
  public Descriptions(EventCatalog catalog, String version) {
    this.schemas = NamedSchemas.of(catalog);
    this.hash = catalog.hash();
    this.version = version;
  }

  /// The types of TypeScript, a module (`.d.ts`) for `tsc --strict`.
  public String typeScript() {
    return TypeScriptPage.of(schemas, hash);
  }

  /// OpenAPI 3.1: the HTTP side of a server.
  public ObjectNode openApi() {
    return OpenApi.of(schemas, version, hash);
  }

  /// AsyncAPI 3.0: its WebSocket.
  public ObjectNode asyncApi() {
    return AsyncApi.of(schemas, version, hash);
  }
}
