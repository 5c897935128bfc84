package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.mapping.PayloadPath;
import dev.tocsin.bridges.mapping.Scalars;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Under which topic an event goes out: `tocsin/{type}/{key}`. Its levels are those that its author has written; values of
/// events stand in them ([TopicLevel]) and never make one. Immutable.
///
/// @param parts one at least
record TopicTemplate(List<TopicPart> parts) {

  TopicTemplate {
    parts = List.copyOf(parts);
  }

  /// The topic of an event.
  ///
  /// @param id of the event
  /// @param envelope of it
  String of(EventCatalog catalog, String type, String id, JsonNode envelope) {
    StringBuilder topic = new StringBuilder();
    for (TopicPart part : parts) {
      switch (part) {
        case TopicPart.Words(String text) -> topic.append(text);
        case TopicPart.OfPayload(PayloadPath path) ->
            topic.append(TopicLevel.of(text(path.in(envelope.path("payload")))));
        case TopicPart.OfEvent known ->
            topic.append(TopicLevel.of(value(known, catalog, type, id, envelope)));
      }
    }
    return topic.toString();
  }

  private static String value(
      TopicPart.OfEvent part, EventCatalog catalog, String type, String id, JsonNode envelope) {
    int dot = type.indexOf('.');
    return switch (part) {
      case TYPE -> type;
      case DOMAIN -> dot < 0 ? "" : type.substring(0, dot);
      case ACTION -> type.substring(dot + 1);
      case CHANNEL -> envelope.path("channel").stringValue(catalog.eventChannel(type).orElse(""));
      case ID -> id;
      case KEY -> key(catalog, type, envelope.path("payload"));
    };
  }

  /// What an event is about; empty where its type does not say, or the event has no such field.
  static String key(EventCatalog catalog, String type, JsonNode payload) {
    return catalog
        .find(type)
        .map(EventType::payload)
        .flatMap(schema -> schema.keyField())
        .map(field -> text(payload.path(field)))
        .orElse("");
  }

  private static String text(JsonNode value) {
    return value.isMissingNode() || value.isNull() ? "" : Scalars.text(value);
  }
}
