package dev.tocsin.client;

import dev.tocsin.events.PayloadError;
import dev.tocsin.events.WebSocketEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Decodes what the server says and encodes what the client says.
///
/// Fields and messages that this version does not know are passed over, so that an older client
/// understands a newer server.
final class ServerMessages {

  /// Numbers keep all their digits.
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /// Why a server could not resume where it was asked to: it never gave that position.
  static final String AHEAD = "ahead";

  static final String PONG = "{\"type\":\"pong\"}";

  private ServerMessages() {}

  /// A field is not what the protocol promises.
  private static final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String fault;

    MalformedException(String fault) {
      super(fault, null, false, false);
      this.fault = fault;
    }
  }

  static ServerMessage decode(String text) {
    try {
      JsonNode message = MAPPER.readTree(text);
      return message.isObject()
          ? decode(message)
          : new ServerMessage.Malformed("not a JSON object");
    } catch (JacksonException e) {
      return new ServerMessage.Malformed("not JSON: " + e.getOriginalMessage());
    } catch (MalformedException e) {
      return new ServerMessage.Malformed(e.fault);
    }
  }

  private static ServerMessage decode(JsonNode message) {
    String action = text(message, "action");
    if (action != null) {
      return action(action, message);
    }
    String type = requiredText(message, "type");
    return switch (type) {
      case "connection.established" -> established(message.path("payload"));
      case "connection.error" -> {
        JsonNode payload = message.path("payload");
        yield new ServerMessage.Closing(
            requiredText(payload, "error"), requiredText(payload, "message"));
      }
      case "ping" -> new ServerMessage.Heartbeat(number(message, "sequence"));
      case "error" -> new ServerMessage.Refused(id(message), refusal(message.path("payload")));
      default -> message.has("sequence") ? event(type, message) : new ServerMessage.Ignorable();
    };
  }

  private static ServerMessage action(String action, JsonNode message) {
    return switch (action) {
      case "subscribed" ->
          new ServerMessage.Subscribed(
              id(message),
              texts(message.path("events")),
              warnings(message.path("warnings")),
              requiredNumber(message, "sequence"));
      case "unsubscribed" ->
          new ServerMessage.Unsubscribed(
              id(message), texts(message.path("events")), requiredNumber(message, "sequence"));
      case "resumed" -> {
        String reason = text(message, "reason");
        boolean lost = "truncated".equals(reason);
        yield new ServerMessage.Resumed(
            requiredNumber(message, "since"),
            lost,
            lost ? requiredNumber(message, "first_available") : 0,
            AHEAD.equals(reason));
      }
      case "published" ->
          new ServerMessage.Published(id(message), requiredNumber(message, "sequence"));
      case "gap" ->
          new ServerMessage.Missed(
              new Gap(requiredNumber(message, "from"), requiredNumber(message, "to")));
      case "reconnect" -> new ServerMessage.Reconnect(requiredNumber(message, "after_ms"));
      default -> new ServerMessage.Ignorable();
    };
  }

  private static ServerMessage established(JsonNode payload) {
    return new ServerMessage.Established(
        requiredText(payload, "connection_id"),
        new Position(requiredText(payload, "epoch"), requiredNumber(payload, "sequence")));
  }

  private static ServerMessage event(String type, JsonNode message) {
    long sequence = requiredNumber(message, "sequence");
    long previous = requiredNumber(message, "previous");
    return new ServerMessage.Event(
        new WebSocketEvent(
            type,
            message.get("payload"),
            text(message, "timestamp"),
            text(message, "correlation_id"),
            sequence,
            text(message, "channel"),
            previous),
        sequence,
        previous);
  }

  private static Refusal refusal(JsonNode payload) {
    List<PayloadError> errors = new ArrayList<>();
    for (JsonNode error : payload.path("details").path("errors")) {
      errors.add(
          new PayloadError(
              error.path("path").asString(""),
              error.path("code").asString(""),
              error.path("message").asString("")));
    }
    return new Refusal(requiredText(payload, "error"), requiredText(payload, "message"), errors);
  }

  private static List<SubscriptionOutcome.Warning> warnings(JsonNode warnings) {
    List<SubscriptionOutcome.Warning> all = new ArrayList<>();
    for (JsonNode warning : warnings) {
      all.add(
          new SubscriptionOutcome.Warning(
              warning.path("pattern").asString(""),
              warning.path("message").asString(""),
              text(warning, "suggestion")));
    }
    return all;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asString("")));
    return texts;
  }

  /// The id of the action that this answers; the client gives texts only.
  private static @Nullable String id(JsonNode message) {
    return text(message, "id");
  }

  private static @Nullable String text(JsonNode node, String field) {
    JsonNode value = node.get(field);
    return value != null && value.isString() ? value.stringValue() : null;
  }

  private static String requiredText(JsonNode node, String field) {
    String value = text(node, field);
    if (value == null) {
      throw new MalformedException("there is no text \"" + field + "\"");
    }
    return value;
  }

  private static @Nullable Long number(JsonNode node, String field) {
    JsonNode value = node.get(field);
    return value != null && value.isIntegralNumber() && value.canConvertToLong()
        ? value.longValue()
        : null;
  }

  private static long requiredNumber(JsonNode node, String field) {
    Long value = number(node, field);
    if (value == null || value < 0) {
      throw new MalformedException("there is no number \"" + field + "\" from 0");
    }
    return value;
  }

  static String subscribe(String id, List<String> patterns) {
    return change("subscribe", id, patterns);
  }

  /// @param patterns `null` for all of them
  static String unsubscribe(String id, @Nullable List<String> patterns) {
    return change("unsubscribe", id, patterns);
  }

  static String resume(Position from) {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    message.put("action", "resume").put("since", from.sequence());
    if (!from.epoch().isEmpty()) {
      message.put("epoch", from.epoch());
    }
    return message.toString();
  }

  private static String change(String action, String id, @Nullable List<String> patterns) {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    message.put("action", action).put("id", id);
    if (patterns != null) {
      patterns.forEach(message.putArray("events")::add);
    }
    return MAPPER.writeValueAsString(message);
  }

  /// @param event the envelope's JSON
  static String publish(String id, String event) {
    return "{\"action\":\"publish\",\"id\":\"" + id + "\",\"event\":" + event + '}';
  }
}
