package dev.tocsin.events;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What tells two catalogs apart: a digest of everything they say of their types.
///
/// The order of the types and of the members in their schemas does not count, so that the same folder gives the same hash
/// on every machine and after every start. A schema's list counts in its order.
final class CatalogHash {

  /// How many bytes of the SHA-256 are kept: enough that no two catalogs ever share them.
  private static final int BYTES = 16;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private CatalogHash() {}

  /// The hash in lower-case hexadecimal digits.
  static String of(EventCatalog catalog) {
    MessageDigest sha256 = sha256();
    catalog.allEventTypes().stream()
        .sorted(Comparator.comparing(EventType::name))
        .map(type -> Json.write(sorted(entry(catalog, type))))
        .forEach(entry -> sha256.update((entry + '\n').getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(sha256.digest(), 0, BYTES);
  }

  private static ObjectNode entry(EventCatalog catalog, EventType type) {
    ObjectNode entry =
        NODES
            .objectNode()
            .put("type", type.name())
            .put("channel", type.channel())
            .put("description", type.description())
            .put("reserved", type.reserved());
    Optional<ObjectNode> schema = catalog.jsonSchema(type.name());
    schema.ifPresent(payload -> entry.set("payload", payload));
    return entry;
  }

  /// The same value with the members of each object in the order of their names.
  private static JsonNode sorted(JsonNode value) {
    if (value instanceof ObjectNode object) {
      ObjectNode copy = NODES.objectNode();
      object.propertyNames().stream()
          .sorted()
          .forEach(name -> copy.set(name, sorted(object.get(name))));
      return copy;
    }
    if (value instanceof ArrayNode array) {
      ArrayNode copy = NODES.arrayNode(array.size());
      array.forEach(item -> copy.add(sorted(item)));
      return copy;
    }
    return value;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
