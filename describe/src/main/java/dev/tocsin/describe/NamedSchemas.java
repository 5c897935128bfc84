package dev.tocsin.describe;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.Json;
import dev.tocsin.events.PayloadSchema;
import dev.tocsin.events.SchemaWalk;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The schemas of a catalog as parts that refer to each other by name: one for each payload, and one for each place that a
/// `$ref` leads to. Equal parts of several types, such as an enum that many payloads have, are one.
///
/// Immutable once it is made. The built-in types get their names first, then the others in the order of the alphabet: so names
/// do not depend on what else there is, as far as can be, nor on the order in which types were added.
final class NamedSchemas {

  /// How long a payload's schema may be to be told in the documents, in characters of JSON; what is longer is told as "any
  /// object".
  static final int MAX_SCHEMA_LENGTH = 256 * 1024;

  /// How long all of them may be together.
  static final int MAX_LENGTH = 8 * 1024 * 1024;

  /// How long a part may be, with all that it refers to, to be compared with others.
  private static final int MAX_COMPARED_LENGTH = 16 * 1024;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// What says something about the document, and nothing about the payload.
  private static final List<String> ABOUT_THE_DOCUMENT =
      List.of(
          "$schema",
          "$id",
          "x-tocsin-type",
          "x-tocsin-channel",
          "x-tocsin-key",
          "description",
          "examples");

  private final Names names = new Names();
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, Part> parts = new LinkedHashMap<>();
  private final Map<String, Part> compared = new HashMap<>();
  private int length;

  /// An event type, and what the documents call it.
  ///
  /// @param name of the event as a whole
  /// @param payload `null` when it has none
  /// @param example one of the payload's; `null` when the schema has none
  record Entry(EventType type, String name, @Nullable Part payload, @Nullable JsonNode example) {}

  /// The schema of a payload, in which pointers lead to parts.
  ///
  /// @param root the schema
  /// @param parts what its references lead to, by their texts
  record Document(ObjectNode root, Map<String, Part> parts) {

    /// What a reference leads to; `null` when it leads nowhere.
    @Nullable Part part(JsonNode reference) {
      return reference.isString() ? parts.get(reference.stringValue()) : null;
    }

    // Documents are what they are, and refer to themselves.
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }

    @Override
    public String toString() {
      return root.path("title").asString("schema");
    }
  }

  private NamedSchemas() {}

  /// The schemas of a catalog.
  static NamedSchemas of(EventCatalog catalog) {
    NamedSchemas schemas = new NamedSchemas();
    List<EventType> types =
        catalog.allEventTypes().stream()
            .sorted(Comparator.comparing(NamedSchemas::isAdded).thenComparing(EventType::name))
            .toList();
    Map<String, String> eventNames = new HashMap<>();
    types.forEach(
        type -> eventNames.put(type.name(), schemas.names.take(Names.of(type.name()) + "Event")));
    Map<String, Part> payloads = new HashMap<>();
    Map<String, JsonNode> examples = new HashMap<>();
    for (EventType type : types) {
      ObjectNode schema = catalog.jsonSchema(type.name()).orElse(null);
      if (schema != null) {
        schema
            .path("examples")
            .valueStream()
            .filter(JsonNode::isObject)
            .findFirst()
            .ifPresent(example -> examples.put(type.name(), example));
        payloads.put(type.name(), schemas.add(type, schema));
      }
    }
    for (EventType type : catalog.allEventTypes()) {
      String name = Objects.requireNonNull(eventNames.get(type.name()));
      schemas.entries.put(
          type.name(), new Entry(type, name, payloads.get(type.name()), examples.get(type.name())));
    }
    return schemas;
  }

  private static boolean isAdded(EventType type) {
    return EventCatalog.builtIn().find(type.name()).isEmpty();
  }

  /// The types in the order of the catalog.
  List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  /// All parts, each once.
  List<Part> parts() {
    return List.copyOf(parts.values());
  }

  private Part add(EventType type, ObjectNode schema) {
    int size = Json.write(schema).length();
    boolean isTold = size <= MAX_SCHEMA_LENGTH && length + size <= MAX_LENGTH;
    ObjectNode root = isTold ? described(type, schema) : tooLong(type);
    length += isTold ? size : 0;
    Document document = new Document(root, new HashMap<>());
    Part payload = part(document, payloadName(type), root);
    nameReferences(document, root, payload);
    return payload;
  }

  private static ObjectNode tooLong(EventType type) {
    return NODES
        .objectNode()
        .put("type", "object")
        .put(
            "description",
            "Too long to be told here: GET /api/v1/catalog/" + type.name() + "/schema has it");
  }

  /// The schema without what speaks of the document or the event. A title that is but the payload's name says nothing.
  private static ObjectNode described(EventType type, ObjectNode schema) {
    schema.remove(ABOUT_THE_DOCUMENT);
    if (Names.of(schema.path("title").asString("")).equals(payloadName(type))) {
      schema.remove("title");
    }
    return schema;
  }

  private static String payloadName(EventType type) {
    PayloadSchema schema = Objects.requireNonNull(type.payload());
    String name = schema.name().matches("[A-Za-z_$][A-Za-z0-9_$]*") ? Names.of(schema.name()) : "";
    return name.isEmpty() ? Names.of(type.name()) + "Payload" : name;
  }

  /// Gives each place that a reference leads to a name, also where it is referred to only by what no payload reaches.
  private void nameReferences(Document document, ObjectNode root, Part payload) {
    Deque<JsonNode> open = new ArrayDeque<>(List.of(root));
    Map<JsonPointer, Part> named = new HashMap<>(Map.of(JsonPointer.empty(), payload));
    while (!open.isEmpty()) {
      if (!(open.remove() instanceof ObjectNode schema)) {
        continue;
      }
      JsonNode reference = schema.path("$ref");
      if (reference.isString()) {
        JsonPointer pointer = pointer(reference.stringValue());
        JsonNode target = pointer == null ? null : root.at(pointer);
        if (target != null && (target.isObject() || target.isBoolean())) {
          Part part =
              named.computeIfAbsent(pointer, at -> part(document, wanted(at, payload), target));
          document.parts.put(reference.stringValue(), part);
        }
      }
      SchemaWalk.inside(schema, (relation, inner, steps) -> open.add(inner));
    }
  }

  private static @Nullable JsonPointer pointer(String reference) {
    try {
      String fragment = new URI(reference).getFragment();
      return reference.startsWith("#") && (fragment == null || isPointer(fragment))
          ? JsonPointer.compile(fragment)
          : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static boolean isPointer(String fragment) {
    return fragment.isEmpty() || fragment.startsWith("/");
  }

  /// What a place would like to be called: by the last of the names that lead there.
  private static String wanted(JsonPointer pointer, Part payload) {
    String name = Names.of(pointer.last().getMatchingProperty());
    boolean definition = pointer.length() > 1 && isShelf(pointer);
    return definition && !name.isEmpty() ? name : payload.name() + (name.isEmpty() ? "Part" : name);
  }

  private static boolean isShelf(JsonPointer pointer) {
    JsonPointer holder = pointer.head();
    if (holder == null || holder.matches()) {
      return false;
    }
    String keyword = holder.last().getMatchingProperty();
    return keyword.equals("$defs") || keyword.equals("definitions");
  }

  private Part part(Document document, String wanted, JsonNode schema) {
    String text = comparable(document, schema);
    String key = text == null ? null : wanted + ' ' + text;
    Part known = key == null ? null : compared.get(key);
    if (known != null) {
      return known;
    }
    Part part = new Part(names.take(wanted), document, schema);
    parts.put(part.name(), part);
    if (key != null) {
      compared.put(key, part);
    }
    return part;
  }

  /// The schema and all that it refers to as one text, in which references are numbers; `null` when that is too long.
  private static @Nullable String comparable(Document document, JsonNode schema) {
    List<JsonNode> found = new ArrayList<>(List.of(schema));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < found.size(); i++) {
      if (lengthIsOver(found.get(i), MAX_COMPARED_LENGTH - text.length())) {
        return null;
      }
      JsonNode rewritten =
          rewritten(
              found.get(i),
              reference -> {
                JsonPointer pointer = pointer(reference);
                JsonNode target = pointer == null ? null : document.root.at(pointer);
                return target == null ? reference : String.valueOf(indexOf(target, found));
              });
      text.append(Json.write(rewritten)).append('\n');
      if (text.length() > MAX_COMPARED_LENGTH) {
        return null;
      }
    }
    return text.toString();
  }

  @SuppressWarnings("ReferenceEquality") // equal schemas at two places may refer to different ones
  private static int indexOf(JsonNode target, List<JsonNode> found) {
    for (int i = 0; i < found.size(); i++) {
      if (found.get(i) == target) {
        return i;
      }
    }
    found.add(target);
    return found.size() - 1;
  }

  /// Whether a value surely takes more room than that, looked at no further than it has to be.
  private static boolean lengthIsOver(JsonNode value, int limit) {
    Deque<JsonNode> open = new ArrayDeque<>(List.of(value));
    int counted = 0;
    while (!open.isEmpty() && counted <= limit) {
      JsonNode next = open.remove();
      if (next instanceof ObjectNode object) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
          if (!isShelf(member.getKey())) {
            open.add(member.getValue());
            counted += member.getKey().length();
          }
        }
      } else if (next instanceof ArrayNode array) {
        array.forEach(open::add);
        counted += array.size();
      } else {
        counted += next.isString() ? next.stringValue().length() : 1;
      }
    }
    return counted > limit;
  }

  private static boolean isShelf(String keyword) {
    return keyword.equals("$defs") || keyword.equals("definitions");
  }

  /// A copy of a schema without its definitions, with its references written anew.
  static JsonNode rewritten(JsonNode schema, Function<String, String> reference) {
    if (!(schema instanceof ObjectNode object)) {
      return schema;
    }
    ObjectNode copy = NODES.objectNode();
    object.forEachEntry((keyword, value) -> {
      if (keyword.equals("$ref") && value.isString()) {
        copy.put(keyword, reference.apply(value.stringValue()));
      } else if (!isShelf(keyword) && !keyword.equals("$comment")) {
        copy.set(keyword, shallowCopy(value));
      }
    });
    SchemaWalk.inside(
        object,
        (relation, inner, steps) -> {
          if (relation != SchemaWalk.Relation.SHELF) {
            put(copy, steps, rewritten(inner, reference));
          }
        });
    return copy;
  }

  /// Puts a schema where `steps` lead in a copy whose lists and maps are its own.
  private static void put(ObjectNode copy, List<Object> steps, JsonNode inner) {
    JsonNode holder = copy.get((String) steps.getFirst());
    if (steps.size() > 1 && holder instanceof ArrayNode list) {
      list.set((Integer) steps.getLast(), inner);
    } else if (steps.size() > 1 && holder instanceof ObjectNode map) {
      map.set((String) steps.getLast(), inner);
    } else {
      copy.set((String) steps.getFirst(), inner);
    }
  }

  private static JsonNode shallowCopy(JsonNode value) {
    if (value instanceof ObjectNode object) {
      return NODES.objectNode().setAll(object);
    }
    return value instanceof ArrayNode array ? NODES.arrayNode().addAll(array) : value;
  }
}
