package dev.tocsin.client;

import dev.tocsin.events.Json;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.WebSocketEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Decodes what the server says.
///
/// Fields and messages that this version does not know are passed over, so that an older client
/// understands a newer server. JSON is read as the server reads it ([Json]), so that the client can
/// read whatever the server has taken.
final class ServerMessages {

  /// Why a server could not resume where it was asked to: it never gave that position.
  static final String AHEAD = "ahead";

  /// How a server ends each event. Looked for only at the very end of a text, where it cannot be
  /// part of a payload.
  private static final Pattern PLACE_AT_THE_END =
      Pattern.compile("\"sequence\":(\\d{1,18}),\"previous\":(\\d{1,18})}\\s*+\\z");

  private static final int LONGEST_END = 100;

  /// The longest time that a server's word keeps a client away.
  private static final long MAX_RETRY_MILLIS = 3_600_000;

  private static final String PUBLISHED = "{\"action\":\"published\",\"id\":\"";
  private static final String SEQUENCE = "\",\"sequence\":";

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

  /// Decodes one text message, whatever it is.
  static ServerMessage decode(String text) {
    ServerMessage published = published(text);
    return published == null ? decodeAny(text) : published;
  }

  /// The answer to a publish of this client as a server writes it, of which there is one for every event;
  /// `null` when it is written otherwise, or is something else.
  private static @Nullable ServerMessage published(String text) {
    int id = PUBLISHED.length();
    int idEnd = text.indexOf('"', id);
    int sequence = idEnd + SEQUENCE.length();
    int end = text.length() - 1;
    return text.startsWith(PUBLISHED)
            && isNumber(text, id, idEnd)
            && text.startsWith(SEQUENCE, idEnd)
            && isNumber(text, sequence, end)
            && text.charAt(end) == '}'
        ? new ServerMessage.Published(
            text.substring(id, idEnd), Long.parseLong(text, sequence, end, 10))
        : null;
  }

  /// Whether this is a number without sign or leading zero, which fits into a `long`.
  private static boolean isNumber(String text, int from, int to) {
    if (from >= to || to - from > 18 || (text.charAt(from) == '0' && to - from > 1)) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /// The same for any text, the long way.
  static ServerMessage decodeAny(String text) {
    return switch (Json.read(text)) {
      case Rejection rejection ->
          new ServerMessage.Unreadable(rejection.message(), placeAtTheEnd(text));
      case Json.Value(JsonNode message) -> {
        try {
          yield message.isObject()
              ? decode(message)
              : new ServerMessage.Unreadable("It is no JSON object", null);
        } catch (MalformedException e) {
          yield new ServerMessage.Unreadable(e.fault, place(message));
        }
      }
    };
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
            requiredText(payload, "error"),
            requiredText(payload, "message"),
            retryAfterMillis(payload.path("details")));
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
              requiredNumber(message, "sequence"),
              message.path("initial").asLong(0),
              message.path("initial_complete").asBoolean(true));
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
      case "expiring" -> new ServerMessage.Expiring();
      case "authenticated" -> new ServerMessage.Authenticated();
      case "reconnect" -> new ServerMessage.Reconnect(requiredNumber(message, "after_ms"));
      default -> new ServerMessage.Ignorable();
    };
  }

  private static @Nullable Long retryAfterMillis(JsonNode details) {
    Long said = number(details, "retry_after_ms");
    return said == null || said < 0 ? null : Math.min(MAX_RETRY_MILLIS, said);
  }

  private static ServerMessage established(JsonNode payload) {
    return new ServerMessage.Established(
        requiredText(payload, "connection_id"),
        new Position(requiredText(payload, "epoch"), requiredNumber(payload, "sequence")),
        payload.path("initial").asLong(0));
  }

  private static ServerMessage event(String type, JsonNode message) {
    long sequence = requiredNumber(message, "sequence");
    if (message.path("initial").asBoolean(false)) {
      return new ServerMessage.InitialEvent(event(type, message, sequence, null), sequence);
    }
    long previous = requiredNumber(message, "previous");
    return new ServerMessage.Event(event(type, message, sequence, previous), sequence, previous);
  }

  private static WebSocketEvent event(
      String type, JsonNode message, long sequence, @Nullable Long previous) {
    return new WebSocketEvent(
        type,
        message.get("payload"),
        text(message, "timestamp"),
        text(message, "correlation_id"),
        sequence,
        text(message, "channel"),
        previous);
  }

  /// The place of a message that is JSON, but no event as the protocol has it.
  private static ServerMessage.@Nullable Place place(JsonNode message) {
    Long sequence = number(message, "sequence");
    Long previous = number(message, "previous");
    return sequence == null || previous == null || message.has("action")
        ? null
        : new ServerMessage.Place(sequence, previous);
  }

  private static ServerMessage.@Nullable Place placeAtTheEnd(String text) {
    Matcher end =
        PLACE_AT_THE_END.matcher(text.substring(Math.max(0, text.length() - LONGEST_END)));
    return end.find()
        ? new ServerMessage.Place(Long.parseLong(end.group(1)), Long.parseLong(end.group(2)))
        : null;
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
    return new Refusal(
        requiredText(payload, "error"),
        requiredText(payload, "message") + Problems.meant(payload.path("details")),
        errors);
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
      throw new MalformedException("There is no text \"" + field + "\"");
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
      throw new MalformedException("There is no number \"" + field + "\" from 0");
    }
    return value;
  }
}
