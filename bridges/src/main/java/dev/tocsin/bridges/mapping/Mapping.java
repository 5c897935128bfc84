package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.events.Condition;
import dev.tocsin.events.Json;
import dev.tocsin.events.WebSocketEvent;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How messages of a kind become events of a type. Whatever a message says, it becomes an event, is not meant, or is refused
/// with a reason: nothing is thrown, and nothing is larger than an event may be. Immutable, safe for any thread.
public final class Mapping {

  private final @Nullable TopicFilter topic;
  private final Map<Reference, Condition> where;
  private final FieldKinds kinds;
  private final Map<String, Template> fields;
  private final @Nullable Template correlationId;
  private final @Nullable Template key;

  /// @param topic which topics are meant; `null` for all, and where there are none
  /// @param where what a message has to fulfil, all of it
  /// @param kinds the fields of the type
  /// @param fields what each of them gets, those besides the schema's too
  /// @param correlationId `null` for none
  /// @param key what tells an event from others; `null` where that is not said
  Mapping(
      @Nullable TopicFilter topic,
      Map<Reference, Condition> where,
      FieldKinds kinds,
      Map<String, Template> fields,
      @Nullable Template correlationId,
      @Nullable Template key) {
    this.topic = topic;
    this.where = Collections.unmodifiableMap(new LinkedHashMap<>(where));
    this.kinds = kinds;
    this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    this.correlationId = correlationId;
    this.key = key;
  }

  /// Which topics are meant; `null` for all, and where there are none.
  public @Nullable TopicFilter topic() {
    return topic;
  }

  /// The name of the type.
  String event() {
    return kinds.type().name();
  }

  /// Makes an event of a message.
  public Mapped map(BridgeMessage message) {
    if (!isMeant(message)) {
      return new Mapped.NotMeant();
    }
    Evaluation evaluation = new Evaluation(message);
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    fields.forEach((name, template) -> {
      JsonNode value = template.of(evaluation);
      if (!value.isMissingNode() && !value.isNull()) {
        payload.set(name, kinds.fitted(name, value));
      }
    });
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    envelope.put("type", event());
    envelope.set("payload", payload);
    String correlation = text(correlationId, evaluation);
    if (correlation != null) {
      envelope.put("correlation_id", correlation);
    }
    String distinct = text(key, evaluation);
    if (evaluation.trouble() != null && !evaluation.isTooLarge()) {
      return new Mapped.Impossible(Reason.NOT_CONVERTIBLE, evaluation.trouble());
    }
    byte[] json =
        evaluation.isTooLarge()
            ? new byte[0]
            : Json.write(envelope).getBytes(StandardCharsets.UTF_8);
    return json.length == 0 || json.length > WebSocketEvent.MAX_BYTES
        ? new Mapped.Impossible(
            Reason.TOO_LARGE,
            "the event would be larger than " + WebSocketEvent.MAX_BYTES + " bytes")
        : new Mapped.Event(event(), json, distinct);
  }

  private static @Nullable String text(@Nullable Template template, Evaluation evaluation) {
    JsonNode value = template == null ? null : template.of(evaluation);
    return value == null || value.isMissingNode() || value.isNull() ? null : Scalars.text(value);
  }

  private boolean isMeant(BridgeMessage message) {
    List<String> levels = message.topic();
    if (topic != null && (levels == null || !topic.matches(levels))) {
      return false;
    }
    for (Map.Entry<Reference, Condition> entry : where.entrySet()) {
      JsonNode value = entry.getKey().in(message);
      if (value.isMissingNode() || !entry.getValue().allows(Scalars.comparable(value))) {
        return false;
      }
    }
    return true;
  }
}
