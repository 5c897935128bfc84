package dev.tocsin.events;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Decodes the messages of WebSocket clients.
///
/// Fields that an action does not have are passed over, so that an older server understands a newer
/// client; an optional field that is `null` counts as absent. `ping` and `pong` are understood in any
/// letter case; the other actions are matched exactly.
public final class ClientMessages {

  private static final String PING = "ping";
  private static final String PONG = "pong";

  private static final String BOTH_WAYS =
      "since goes on where the client was: it cannot be combined with last or latest";

  private ClientMessages() {}

  /// Decodes one text message, whatever its bytes are.
  public static ClientMessage decode(byte[] message) {
    if (isBarePing(message)) {
      return new ClientMessage.Ping(null);
    }
    Rejection rejection = JsonText.check(message, 0, message.length);
    if (rejection != null) {
      return new ClientMessage.Malformed(null, rejection);
    }
    Fields fields = new Fields(message);
    try (JsonParser parser = StrictJson.parserOfWrapper(message, 0, message.length)) {
      fields.read(parser);
    } catch (JacksonException e) {
      return new ClientMessage.Malformed(null, StrictJson.rejection(e, message, 0));
    }
    return fields.message();
  }

  private static boolean isBarePing(byte[] message) {
    return message.length == PING.length()
        && Ascii.equalsLowerCased(new String(message, StandardCharsets.ISO_8859_1), PING);
  }

  /// The fields of one message as they are read.
  private static final class Fields {

    private static final BigDecimal MAX_POSITION = BigDecimal.valueOf(Long.MAX_VALUE);

    private final byte[] message;
    private @Nullable String id;
    private @Nullable String action;
    private @Nullable String type;
    private @Nullable String epoch;
    private @Nullable String idempotencyKey;
    private @Nullable String token;
    private @Nullable List<String> events;
    private @Nullable Long since;
    private @Nullable Slice event;
    private @Nullable Slice where;
    private boolean explain;
    private @Nullable Long last;
    private boolean latest;
    private @Nullable String refusal;

    Fields(byte[] message) {
      this.message = message;
    }

    void read(JsonParser parser) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        if (parser.currentToken() == null) {
          StrictJson.failEmpty(parser);
        }
        StrictJson.skipUnwrappedValue(parser);
        refuse("A message is a JSON object");
      } else {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          readField(name, parser);
        }
      }
      StrictJson.expectEnd(parser);
    }

    private void readField(String name, JsonParser parser) {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return;
      }
      switch (name) {
        case "id" -> id = id(parser);
        case "action" -> action = text(name, parser);
        case "type" -> type = text(name, parser);
        case "epoch" -> epoch = text(name, parser);
        case "idempotency_key" -> idempotencyKey = text(name, parser);
        case "token" -> token = secret(name, parser);
        case "since" -> since = position(name, parser);
        case "events" -> events = texts(name, parser);
        case "event" -> {
          int start = StrictJson.tokenStart(parser);
          event = new Slice(message, start, StrictJson.skipValue(parser) - start);
        }
        case "where" -> {
          int start = StrictJson.tokenStart(parser);
          StrictJson.skipUnwrappedValue(parser);
          where = new Slice(message, start, StrictJson.tokenEnd(parser) - start);
        }
        case "explain" -> explain = truth(name, parser);
        case "last" -> last = count(name, parser);
        case "latest" -> latest = truth(name, parser);
        default -> StrictJson.skipUnwrappedValue(parser);
      }
    }

    private boolean truth(String name, JsonParser parser) {
      return switch (parser.currentToken()) {
        case VALUE_TRUE -> true;
        case VALUE_FALSE -> false;
        default -> {
          wrong(name + " must be true or false", parser);
          yield false;
        }
      };
    }

    private @Nullable String id(JsonParser parser) {
      JsonToken token = parser.currentToken();
      if (token == JsonToken.VALUE_STRING || isInteger(parser)) {
        int start = StrictJson.tokenStart(parser);
        parser.getString();
        int end = StrictJson.tokenEnd(parser);
        return new String(message, start, end - start, StandardCharsets.UTF_8);
      }
      return wrong("id must be a string or an integer", parser);
    }

    private @Nullable String text(String name, JsonParser parser) {
      return parser.currentToken() == JsonToken.VALUE_STRING
          ? parser.getString()
          : wrong(name + " must be a string", parser);
    }

    /// A text that no message repeats.
    private @Nullable String secret(String name, JsonParser parser) {
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        return parser.getString();
      }
      refuse(name + " must be a string");
      StrictJson.skipUnwrappedValue(parser);
      return null;
    }

    private @Nullable Long position(String name, JsonParser parser) {
      if (isInteger(parser)) {
        BigDecimal value = JsonNumbers.value(parser.getString());
        if (value.signum() >= 0 && value.compareTo(MAX_POSITION) <= 0) {
          return value.longValueExact();
        }
      }
      wrong(name + " must be a sequence: an integer from 0", parser);
      return null;
    }

    private @Nullable Long count(String name, JsonParser parser) {
      if (isInteger(parser)) {
        BigDecimal value = JsonNumbers.value(parser.getString());
        if (value.signum() > 0 && value.compareTo(MAX_POSITION) <= 0) {
          return value.longValueExact();
        }
      }
      wrong(name + " must be a number of events: an integer from 1", parser);
      return null;
    }

    /// As in payloads: `7.0` is one.
    private static boolean isInteger(JsonParser parser) {
      JsonToken token = parser.currentToken();
      return token == JsonToken.VALUE_NUMBER_INT
          || (token == JsonToken.VALUE_NUMBER_FLOAT && JsonNumbers.isInteger(parser.getString()));
    }

    private @Nullable List<String> texts(String name, JsonParser parser) {
      String message = name + " must be an array of strings";
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        wrong(message, parser);
        return null;
      }
      List<String> texts = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
          texts.add(parser.getString());
        } else {
          wrong(message, parser);
        }
      }
      return texts;
    }

    /// Remembers what is wrong, reads past the value and has none.
    private @Nullable String wrong(String message, JsonParser parser) {
      refuse(message + "; was " + PayloadCheck.shown(parser));
      StrictJson.skipUnwrappedValue(parser);
      return null;
    }

    private void refuse(String message) {
      if (refusal == null) {
        refusal = message;
      }
    }

    ClientMessage message() {
      if (refusal != null) {
        return malformed(ErrorCode.INVALID_MESSAGE, refusal);
      }
      if (action != null) {
        return action(action);
      }
      if (type == null) {
        return malformed(ErrorCode.INVALID_MESSAGE, "action is required");
      }
      if (Ascii.equalsLowerCased(type, PING)) {
        return new ClientMessage.Ping(id);
      } else if (Ascii.equalsLowerCased(type, PONG)) {
        return new ClientMessage.Pong(id);
      }
      return malformed(
          ErrorCode.INVALID_MESSAGE,
          "action is required; an event is published with"
              + " {\"action\":\"publish\",\"event\":{…}}");
    }

    private ClientMessage action(String action) {
      return switch (action) {
        case "subscribe" ->
            events == null
                ? malformed(ErrorCode.INVALID_MESSAGE, "events is required: an array of patterns")
                : subscribe(events);
        case "unsubscribe" -> new ClientMessage.Unsubscribe(id, events);
        case "resume" ->
            since == null
                ? malformed(ErrorCode.INVALID_MESSAGE, "since is required: a sequence")
                : last != null || latest
                    ? malformed(ErrorCode.INVALID_MESSAGE, BOTH_WAYS)
                    : new ClientMessage.Resume(id, since, epoch);
        case "publish" ->
            event == null
                ? malformed(ErrorCode.INVALID_MESSAGE, "event is required: the envelope to publish")
                : new ClientMessage.Publish(id, event, idempotencyKey);
        case "authenticate" ->
            token == null
                ? malformed(ErrorCode.INVALID_MESSAGE, "token is required: an API key or a token")
                : new ClientMessage.Authenticate(id, token);
        default ->
            Ascii.equalsLowerCased(action, PING)
                ? new ClientMessage.Ping(id)
                : malformed(
                    ErrorCode.UNKNOWN_ACTION,
                    "There is no action "
                        + PayloadCheck.quoted(action)
                        + "; there are subscribe, unsubscribe, resume, publish, authenticate and"
                        + " ping");
      };
    }

    private ClientMessage subscribe(List<String> patterns) {
      if (last != null && latest) {
        return malformed(
            ErrorCode.INVALID_MESSAGE, "last and latest begin differently: give one of them");
      }
      if (since != null && (last != null || latest)) {
        return malformed(ErrorCode.INVALID_MESSAGE, BOTH_WAYS);
      }
      ClientMessage.Initial initial =
          last != null
              ? new ClientMessage.Initial.Last(last)
              : latest ? new ClientMessage.Initial.Latest() : null;
      if (where == null) {
        return new ClientMessage.Subscribe(id, patterns, null, explain, initial);
      }
      return switch (Where.read(where)) {
        case Where.Reading.Read(Where read) ->
            new ClientMessage.Subscribe(id, patterns, read, explain, initial);
        case Where.Reading.Refused(Rejection rejection) ->
            new ClientMessage.Malformed(id, rejection);
      };
    }

    private ClientMessage malformed(ErrorCode code, String message) {
      return new ClientMessage.Malformed(id, new Rejection(code, message));
    }
  }
}
