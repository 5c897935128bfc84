package dev.tocsin.describe;

import dev.tocsin.events.CatalogFolder;
import dev.tocsin.events.EventCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Catalogs for tests.
final class TestCatalogs {

  /// Built-in types beside odd ones: names that are no identifiers, schemas that use all of 2020-12.
  static final EventCatalog ODD = load(Path.of("src/test/resources/catalog"));

  private TestCatalogs() {}

  static EventCatalog load(Path folder) {
    return switch (CatalogFolder.load(folder)) {
      case CatalogFolder.Loaded loaded -> loaded.catalog();
      case CatalogFolder.Refused refused ->
          throw new IllegalArgumentException(String.valueOf(refused.faults()));
    };
  }

  /// The built-in types and these.
  static EventCatalog of(Path folder, String... schemas) throws IOException {
    for (int i = 0; i < schemas.length; i++) {
      Files.writeString(folder.resolve(i + ".schema.json"), schemas[i]);
    }
    return load(folder);
  }
}
