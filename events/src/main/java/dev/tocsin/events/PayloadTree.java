package dev.tocsin.events;

import java.util.IdentityHashMap;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A payload as the JSON Schema validator sees it: a tree that still knows where in the bytes its
/// texts stand, and whose numbers are cheap to compare ([JsonNumbers#value]).
final class PayloadTree extends TreeReader {

  private final IdentityHashMap<JsonNode, Text> texts = new IdentityHashMap<>();
  private final JsonNode root;

  /// A text of the payload: its place in the tree and, quotes included, in the bytes.
  record Text(JsonNode parent, Object nameOrIndex, int start, int end) {}

  private PayloadTree(JsonParser parser) {
    parser.nextToken();
    root = read(parser);
  }

  /// Reads a payload that is known to be a sound JSON object of bounded depth.
  static PayloadTree of(byte[] json, int offset, int length) {
    try (JsonParser parser = StrictJson.checkedParser(json, offset, length)) {
      return new PayloadTree(parser);
    }
  }

  JsonNode root() {
    return root;
  }

  /// Whether the node is a text of the payload; a property's name, for one, is not.
  boolean isText(JsonNode node) {
    return texts.containsKey(node);
  }

  /// Puts another text into the place of one and tells where that stands.
  Text replace(JsonNode node, String replacement) {
    Text text = texts.remove(node);
    if (text == null) {
      throw new IllegalArgumentException("not a text of this payload");
    }
    JsonNode replaced = NODES.stringNode(replacement);
    texts.put(replaced, text);
    switch (text.parent) {
      case ObjectNode object -> object.set((String) text.nameOrIndex, replaced);
      case ArrayNode array -> array.set((Integer) text.nameOrIndex, replaced);
      default -> throw new IllegalStateException("a text inside " + text.parent.getNodeType());
    }
    return text;
  }

  @Override
  JsonNode text(JsonNode parent, Object nameOrIndex, JsonParser parser) {
    JsonNode node = super.text(parent, nameOrIndex, parser);
    int start = StrictJson.tokenStart(parser);
    texts.put(node, new Text(parent, nameOrIndex, start, StrictJson.tokenEnd(parser)));
    return node;
  }

  @Override
  JsonNode integer(String number) {
    return NODES.numberNode(JsonNumbers.value(number));
  }

  @Override
  JsonNode decimal(String number) {
    return NODES.numberNode(JsonNumbers.value(number));
  }
}
