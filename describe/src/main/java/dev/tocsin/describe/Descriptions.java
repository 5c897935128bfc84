package dev.tocsin.describe;

import dev.tocsin.events.EventCatalog;

/// A catalog, and what the server does with it, as the documents that other tools read. Each is made anew when it is asked
/// for; whoever asks often keeps it. Any thread.
public final class Descriptions {

  private final EventCatalog catalog;
  private final NamedSchemas schemas;

  /// @param catalog what is told
  public Descriptions(EventCatalog catalog) {
    this.catalog = catalog;
    this.schemas = NamedSchemas.of(catalog);
  }

  /// The types of TypeScript, a module (`.d.ts`) for `tsc --strict`.
  public String typeScript() {
    return TypeScriptPage.of(schemas, catalog.hash());
  }
}
