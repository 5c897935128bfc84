package dev.tocsin.bridges.mapping;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// A value of an event as a mapping describes it. Immutable.
sealed interface Template {

  /// The same for every message.
  record Literal(JsonNode value) implements Template {}

  /// A text with values of the message in it.
  ///
  /// @param parts what is said between the values, and they themselves
  record Text(List<Part> parts) implements Template {
    public Text {
      parts = List.copyOf(parts);
    }
  }

  /// Part of a text.
  sealed interface Part {

    /// As it is.
    record Words(String text) implements Part {}

    /// A value of the message.
    record Place(Reference reference) implements Part {}
  }

  /// A value of the message.
  ///
  /// @param fallback what there is instead; `null` for nothing, and then the field is left out
  record Lookup(Reference from, @Nullable JsonNode fallback, Conversion conversion)
      implements Template {}

  /// An object; what is missing in it is left out.
  record Members(Map<String, Template> members) implements Template {
    public Members {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }
  }

  /// An array; what is missing in it is left out.
  record Items(List<Template> items) implements Template {
    public Items {
      items = List.copyOf(items);
    }
  }

  /// Whether it is the same for every message of a mapping.
  ///
  /// @param filter which topics the mapping is for; `null` where there are none
  default boolean isConstant(@Nullable TopicFilter filter) {
    return switch (this) {
      case Literal literal -> true;
      case Text(List<Part> parts) ->
          parts.stream()
              .allMatch(part ->
                  switch (part) {
                    case Part.Words words -> true;
                    case Part.Place(Reference reference) -> reference.isConstant(filter);
                  });
      case Lookup lookup -> lookup.from().isConstant(filter);
      case Members(Map<String, Template> members) ->
          members.values().stream().allMatch(member -> member.isConstant(filter));
      case Items(List<Template> items) -> items.stream().allMatch(item -> item.isConstant(filter));
    };
  }

  /// The value for a message; missing where the message does not have what it takes.
  default JsonNode of(Evaluation evaluation) {
    JsonNode value =
        switch (this) {
          case Literal(JsonNode always) -> always;
          case Text(List<Part> parts) -> text(parts, evaluation);
          case Lookup lookup -> lookUp(lookup, evaluation);
          case Members(Map<String, Template> members) -> {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            members.forEach((name, member) -> {
              JsonNode found = member.of(evaluation);
              if (!found.isMissingNode()) {
                object.set(name, found);
              }
            });
            yield object;
          }
          case Items(List<Template> items) -> {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            for (Template item : items) {
              JsonNode found = item.of(evaluation);
              if (!found.isMissingNode()) {
                array.add(found);
              }
            }
            yield array;
          }
        };
    // What is in a text, an object or an array has taken its room already.
    boolean isWhole = this instanceof Literal || this instanceof Lookup;
    boolean isRoom = !isWhole || evaluation.take(value);
    return isRoom ? value : MissingNode.getInstance();
  }

  private static JsonNode text(List<Part> parts, Evaluation evaluation) {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      switch (part) {
        case Part.Words(String words) -> text.append(words);
        case Part.Place(Reference reference) -> {
          JsonNode value = reference.in(evaluation.message());
          if (value.isMissingNode() || !evaluation.take(value)) {
            return MissingNode.getInstance();
          }
          text.append(Scalars.text(value));
        }
      }
    }
    return JsonNodeFactory.instance.stringNode(text.toString());
  }

  private static JsonNode lookUp(Lookup lookup, Evaluation evaluation) {
    JsonNode fallback = lookup.fallback() == null ? MissingNode.getInstance() : lookup.fallback();
    JsonNode value = lookup.from().in(evaluation.message());
    if (value.isMissingNode()) {
      return fallback;
    }
    JsonNode converted = lookup.conversion().of(value);
    if (converted != null) {
      return converted;
    }
    if (lookup.fallback() == null) {
      evaluation.trouble(value, lookup.conversion().complaint());
    }
    return fallback;
  }
}
