package dev.tocsin.app;

import dev.tocsin.events.CatalogFolder;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.Suggestions;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The option of commands that know event types by themselves.
final class CatalogOption {

  private static final int MAX_FAULTS = 50;

  @Option(
      names = "--catalog",
      paramLabel = "DIR",
      description =
          "A folder of JSON Schemas (*.schema.json) that adds event types to the built-in ones.")
  private @Nullable Path folder;

  /// The built-in types and those of the folder.
  EventCatalog load() throws Failure {
    if (folder == null) {
      return EventCatalog.builtIn();
    }
    return switch (CatalogFolder.load(folder)) {
      case CatalogFolder.Loaded loaded -> loaded.catalog();
      case CatalogFolder.Refused refused -> throw refusal(refused);
    };
  }

  private static Failure refusal(CatalogFolder.Refused refused) {
    String faults =
        refused.faults().stream()
            .limit(MAX_FAULTS)
            .map(fault -> "\n  " + fault)
            .collect(Collectors.joining());
    int more = refused.faults().size() - MAX_FAULTS;
    return new Failure(
        "the catalog cannot be loaded:" + faults + (more > 0 ? "\n  and " + more + " more" : ""));
  }

  /// The type of a name, or a failure that suggests another name.
  static EventType find(EventCatalog catalog, String name) throws Failure {
    EventType type = catalog.find(name).orElse(null);
    if (type != null) {
      return type;
    }
    String hint =
        Suggestions.nearest(name, catalog.allEventTypes().stream().map(EventType::name).toList())
            .map(nearest -> "; did you mean " + nearest + "?")
            .orElse("; 'tocsin catalog list' shows all");
    throw new Failure("there is no event type \"" + name + "\"" + hint);
  }
}
