package dev.tocsin.events;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A payload that a program wants to make an event of, as a tree in which [JavaValues] may have left
/// values without a JSON form. Owned by its caller.
final class PayloadDraft {

  private final JsonNode tree;
  private final List<PayloadError> errors = new ArrayList<>();

  /// @param tree becomes the draft's own
  PayloadDraft(JsonNode tree) {
    this.tree = withoutJavaValues(tree, "");
  }

  /// The payload as it would be delivered: enums in lower case, all else as it is.
  ///
  /// @throws InvalidEventException when it is none of the type; it names every fault
  JsonNode validated(EventType type) {
    PayloadSchema schema = type.payload();
    if (schema == null) {
      throw new InvalidEventException(
          new Rejection(ErrorCode.RESERVED_EVENT_TYPE, "\"" + type + "\" has no payload"));
    }
    byte[] json = TreeWriter.utf8(tree);
    Rejection rejection =
        StrictJson.check(
            TreeWriter.utf8(JsonNodeFactory.instance.arrayNode().add(tree))); // its envelope
    if (rejection != null) {
      throw new InvalidEventException(rejection);
    }
    if (!tree.isObject()) {
      throw new InvalidEventException(PayloadFaults.notAnObject());
    }
    PayloadCheck check = schema.check(json, 0, json.length);
    if (errors.isEmpty() && check.isValid()) {
      return Json.tree(check.normalised(json, 0, json.length));
    }
    Set<String> told = new HashSet<>();
    errors.forEach(error -> told.add(error.path()));
    check.errors().stream().filter(error -> !told.contains(error.path())).forEach(errors::add);
    List<PayloadError> bounded = errors.subList(0, Math.min(errors.size(), Rejection.MAX_ERRORS));
    throw new InvalidEventException(
        PayloadFaults.rejection(type.name(), bounded, errors.size() > bounded.size()));
  }

  /// The tree with `null` for each value that has no JSON form, which is noted as a fault.
  private JsonNode withoutJavaValues(JsonNode node, String path) {
    switch (node) {
      case ObjectNode object -> {
        for (String name : List.copyOf(object.propertyNames())) {
          if (JsonText.utf8(name) == null) {
            errors.add(halfAPair(PayloadCheck.pointer(path, "?")));
            object.remove(name);
          } else {
            object.set(name, withoutJavaValues(object.get(name), PayloadCheck.pointer(path, name)));
          }
        }
      }
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          array.set(i, withoutJavaValues(array.get(i), PayloadCheck.pointer(path, i)));
        }
      }
      default -> {
        if (node.isPojo()) {
          errors.add(noJsonForm(path, node));
          return JsonNodeFactory.instance.nullNode();
        }
        if (node.isString() && JsonText.utf8(node.stringValue()) == null) {
          errors.add(halfAPair(path));
          return JsonNodeFactory.instance.stringNode("");
        }
      }
    }
    return node;
  }

  private static PayloadError noJsonForm(String path, JsonNode node) {
    Object value = ((tools.jackson.databind.node.POJONode) node).getPojo();
    String shown =
        value instanceof Double || value instanceof Float
            ? value.toString()
            : value == null ? "null" : value.getClass().getSimpleName();
    return new PayloadError(path, "type", "must be a value that JSON can say; was " + shown);
  }

  private static PayloadError halfAPair(String path) {
    return new PayloadError(path, "format", "must be Unicode text; holds half of a surrogate pair");
  }
}
