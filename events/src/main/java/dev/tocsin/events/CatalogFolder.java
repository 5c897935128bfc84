package dev.tocsin.events;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A folder of JSON Schemas from which an operator adds event types to a catalog, without a line of
/// Java.
///
/// Each file `*.schema.json` of the folder is one event type: a JSON Schema (draft 2020-12) of its
/// payload with `"type": "object"` at the root, and these annotations beside it:
///
/// - `x-tocsin-type`, required: the event type's name, `{domain}.{action}` in lower case;
/// - `x-tocsin-channel`: its default channel; when it is missing, the name's domain;
/// - `x-tocsin-key`: the property that says what such an event is about, a string or an integer, see [Key]; when it is
///   missing, the type alone does;
/// - `description`: what such an event means, in a sentence; when it is missing, the `title`;
/// - `title`: what the payload is called; when it is missing, a name made of the type's.
///
/// What [EventCatalog#jsonSchema] prints is such a file: of a type of one's own it makes the same type,
/// and of a type that the catalog has already, word for word, it is passed over.
///
/// Other files, also in folders below, are read when a `$ref` leads to them. A reference is a
/// relative path from file to file (with a JSON pointer or an `$anchor` after `#`); an `$id` is
/// only a name. Nothing outside the folder is ever read, and nothing at all once the catalog is
/// loaded.
///
/// Beyond the standard: `format` is asserted; values of a text `enum` are accepted in any letter
/// case when their lower-case form is one of them; patterns are RE2's, without look-around and back
/// references. Not supported: `$dynamicRef` and its kin, and a schema with an `$id` of its own
/// inside another.
public final class CatalogFolder {

  /// How many files are read, those that are only referred to included.
  public static final int MAX_FILES = 1_000;

  /// How large a file may be, in bytes.
  public static final int MAX_FILE_BYTES = 1 << 20;

  private static final String TYPE = "x-tocsin-type";
  private static final String CHANNEL = "x-tocsin-channel";
  private static final String SUFFIX = ".schema.json";
  private static final Pattern WORD_END = Pattern.compile("[._]");

  private final EventCatalog base;
  private final SchemaFiles files;
  private final Map<String, String> fileOfType = new HashMap<>();
  private final List<EventType> types = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();

  /// What came of loading a folder.
  public sealed interface Loading permits Loaded, Refused {}

  /// The folder is in order.
  ///
  /// @param catalog the catalog with the folder's types
  /// @param added the folder's types, in the order of their files
  public record Loaded(EventCatalog catalog, List<EventType> added) implements Loading {
    public Loaded {
      added = List.copyOf(added);
    }
  }

  /// The folder is not in order, so that none of its types was added.
  ///
  /// @param faults what is wrong, of all files at once
  public record Refused(List<Fault> faults) implements Loading {
    public Refused {
      faults = List.copyOf(faults);
    }
  }

  /// Something that is wrong with a file of the folder, or with the folder.
  ///
  /// @param file the file's path inside the folder, or the folder's own
  /// @param reason what is wrong, in words for a person
  public record Fault(String file, String reason) {

    /// `file: reason`.
    @Override
    public String toString() {
      return file + ": " + reason;
    }
  }

  /// A payload's schema with the annotations by which a folder knows its type, after its title.
  static ObjectNode annotated(ObjectNode schema, EventType type) {
    ObjectNode annotated = JsonNodeFactory.instance.objectNode();
    schema.forEachEntry((keyword, value) -> {
      annotated.set(keyword, value);
      if (keyword.equals("$id")) {
        annotated.put(TYPE, type.name());
        if (type.channel() != null) {
          annotated.put(CHANNEL, type.channel());
        }
      }
    });
    return annotated;
  }

  private CatalogFolder(Path folder, EventCatalog base) {
    this.base = base;
    this.files = new SchemaFiles(folder);
  }

  /// Loads the types of a folder beside the built-in ones.
  public static Loading load(Path folder) {
    return load(folder, EventCatalog.builtIn());
  }

  /// Loads the types of a folder beside those of a catalog.
  public static Loading load(Path folder, EventCatalog base) {
    List<String> names;
    Path real;
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      // To list a pipe would wait for its other end.
      return refused(folder, "is no folder that can be read");
    }
    try {
      real = folder.toRealPath();
      names = schemaFiles(real);
    } catch (IOException | UncheckedIOException e) {
      return refused(folder, "is no folder that can be read");
    }
    if (names.size() > MAX_FILES) {
      return refused(
          folder, "holds " + names.size() + " schemas; at most " + MAX_FILES + " are read");
    }
    CatalogFolder loading = new CatalogFolder(real, base);
    names.forEach(loading::load);
    return loading.result();
  }

  private static Refused refused(Path folder, String reason) {
    return new Refused(List.of(new Fault(folder.toString(), reason)));
  }

  private static List<String> schemaFiles(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .sorted()
          .toList();
    }
  }

  private Loading result() {
    if (!faults.isEmpty()) {
      return new Refused(faults);
    }
    EventCatalog catalog = base;
    for (EventType type : types) {
      catalog = catalog.with(type);
    }
    return new Loaded(catalog, types);
  }

  private void load(String file) {
    SchemaDocument document = files.read(file);
    List<String> reasons = new ArrayList<>(document.faults());
    if (reasons.isEmpty() && !isKnown(document)) {
      reasons.addAll(faultsOfRoot(document));
      SchemaBundle bundle = SchemaBundle.of(document, files);
      reasons.addAll(bundle.faults());
      if (reasons.isEmpty()) {
        addType(document, bundle, reasons);
      }
    }
    reasons.forEach(reason -> faults.add(new Fault(file, reason)));
  }

  /// Whether the file only says what the catalog says of a type already: what the catalog printed.
  private boolean isKnown(SchemaDocument document) {
    return document
        .annotation(TYPE)
        .filter(type -> base.find(type).isPresent())
        .flatMap(base::jsonSchema)
        .filter(schema -> saysTheSame(document.root(), schema))
        .isPresent();
  }

  /// Word for word, but for the key of a file that was printed before there were keys.
  private static boolean saysTheSame(ObjectNode file, ObjectNode printed) {
    if (!file.has(RecordSchema.KEY)) {
      printed.remove(RecordSchema.KEY);
    }
    return Json.write(printed).equals(Json.write(file));
  }

  private static List<String> faultsOfRoot(SchemaDocument document) {
    List<String> reasons = new ArrayList<>();
    if (document.annotation(TYPE).isEmpty()) {
      reasons.add("x-tocsin-type is missing: the event type's name, {domain}.{action}");
    }
    if (document.root().optional(CHANNEL).filter(node -> !node.isString()).isPresent()) {
      reasons.add("x-tocsin-channel must be a string");
    }
    if (!document.annotation("type").equals(Optional.of("object"))) {
      reasons.add("a payload is an object: the root must say \"type\": \"object\"");
    }
    return reasons;
  }

  private void addType(SchemaDocument document, SchemaBundle bundle, List<String> reasons) {
    String name = document.annotation(TYPE).orElseThrow();
    String title = document.annotation("title").orElse(payloadName(name));
    String domain = name.substring(0, Math.max(0, name.indexOf('.')));
    try {
      DocumentSchema schema = DocumentSchema.of(title, bundle);
      String keyFault = schema.keyFault();
      if (keyFault != null) {
        reasons.add(keyFault);
        return;
      }
      EventType type =
          EventType.of(
              name,
              document.annotation(CHANNEL).orElse(domain),
              document.annotation("description").orElse(title),
              schema);
      String taken = whoHas(name);
      if (taken == null) {
        fileOfType.put(name, document.file());
        types.add(type);
      } else {
        reasons.add("there is an event type \"" + name + "\" already: " + taken);
      }
    } catch (IllegalArgumentException e) {
      reasons.add(String.valueOf(e.getMessage()));
    }
  }

  private @Nullable String whoHas(String name) {
    return base.find(name).isPresent() ? "a built-in one" : fileOfType.get(name);
  }

  /// `DoorOpenedPayload` for `door.opened`.
  private static String payloadName(String type) {
    StringBuilder name = new StringBuilder();
    for (String word : WORD_END.split(type, -1)) {
      if (!word.isEmpty()) {
        name.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
      }
    }
    return name.append("Payload").toString();
  }
}
