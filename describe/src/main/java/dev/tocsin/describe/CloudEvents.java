package dev.tocsin.describe;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.events.Json;
import dev.tocsin.events.JsonMembers;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Slice;
import dev.tocsin.events.WebSocketEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// CloudEvents 1.0 on the way in: each becomes the envelope of an event, whose payload keeps its bytes, and an idempotency key.
///
/// | CloudEvent | event |
/// | --- | --- |
/// | `type` | the type, with or without `tocsin.` before it |
/// | `source` and `id` | together the idempotency key |
/// | `time` | `timestamp` |
/// | `data`, `data_base64` | `payload` |
/// | `correlationid` | `correlation_id` |
/// | `channel` | `channel` |
///
/// Whatever else is well-formed is passed over: `subject` (the payload says it), `sequence`, `dataschema`, and the extensions
/// of others. Any thread.
public final class CloudEvents {

  /// The media type of one event.
  public static final String EVENT = "application/cloudevents+json";

  /// The media type of several.
  public static final String BATCH = "application/cloudevents-batch+json";

  /// The WebSocket subprotocol in which events are such.
  public static final String SUBPROTOCOL = "cloudevents.json";

  /// What the names of headers begin with that are attributes of an event in the binary form.
  public static final String HEADER_PREFIX = "ce-";

  /// What stands before an event type on the way out.
  static final String TYPE_PREFIX = "tocsin.";

  /// What of the faults of one event is repeated in the sentence.
  private static final int MAX_FAULTS_SHOWN = 5;

  private final EventCatalog catalog;

  /// @param catalog the types that there are
  public CloudEvents(EventCatalog catalog) {
    this.catalog = catalog;
  }

  /// A text that can be the source of events.
  ///
  /// @throws IllegalArgumentException when it cannot
  public static String source(String text) {
    // Who reads it may be stricter than we are: a URI is ASCII, and all else in it percent-encoded.
    if (!CloudEventAttributes.isUri(text) || !text.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw new IllegalArgumentException(
          "the source of CloudEvents is a URI or a relative reference, in ASCII; was \""
              + text
              + '"');
    }
    return text;
  }

  /// Whether a media type is JSON's or made of it.
  public static boolean isJson(String mediaType) {
    return CloudEventAttributes.isJson(mediaType);
  }

  /// What came of a CloudEvent.
  public sealed interface Reading permits Read, Refused {}

  /// It is an event, not yet judged.
  ///
  /// @param envelope not to be changed
  /// @param idempotencyKey `null` for none
  @SuppressWarnings("ArrayRecordComponent") // made once, read once, never compared
  public record Read(byte[] envelope, @Nullable String idempotencyKey) implements Reading {}

  /// It is none.
  ///
  /// @param rejection names every fault of its attributes; their paths lead into the CloudEvent
  public record Refused(Rejection rejection) implements Reading {}

  /// Reads the structured form: one JSON object.
  public Reading structured(byte[] json) {
    Map<String, Slice> members = new LinkedHashMap<>();
    Rejection fault = JsonMembers.read(json, members);
    if (fault != null) {
      return new Refused(
          fault.code() == ErrorCode.INVALID_MESSAGE
              ? new Rejection(fault.code(), "A CloudEvent is a JSON object")
              : fault);
    }
    members.values().removeIf(CloudEvents::isNull);
    CloudEventAttributes attributes = new CloudEventAttributes();
    members.forEach((name, value) -> {
      if (!name.equals("data") && !name.equals("data_base64")) {
        attributes.add(name, tree(value));
      }
    });
    Slice data = members.get("data");
    Slice encoded = members.get("data_base64");
    if (encoded != null) {
      if (data != null) {
        attributes.fault("data_base64", "not", "must not be there beside data");
      } else {
        data = decoded(tree(encoded), attributes);
      }
    }
    return read(attributes, data);
  }

  /// Reads the binary form.
  ///
  /// @param headers the values of those that begin with `ce-`, by the rest of their names in lower case, as they were sent
  /// @param body the data, a JSON text
  public Reading binary(Map<String, String> headers, byte[] body) {
    CloudEventAttributes attributes = new CloudEventAttributes();
    headers.forEach((name, value) -> {
      String text = HeaderValue.decoded(value);
      if (text == null) {
        attributes.fault(name, "format", "has percent-encoded bytes that are no UTF-8");
      } else {
        attributes.add(name, JsonNodeFactory.instance.stringNode(text));
      }
    });
    for (String name : new String[] {"data", "data_base64", "datacontenttype"}) {
      if (headers.containsKey(name)) {
        attributes.fault(name, "not", "is no header of the binary form");
      }
    }
    Rejection syntax = body.length == 0 ? null : EventEncoder.syntaxFault(body);
    if (syntax != null && syntax.code() == ErrorCode.INVALID_JSON) {
      return new Refused(syntax);
    }
    return read(attributes, body.length == 0 ? null : Slice.of(body));
  }

  /// Whether a value is `null`, which counts as absent: nothing else begins so.
  private static boolean isNull(Slice value) {
    return value.bytes()[value.offset()] == 'n';
  }

  private static JsonNode tree(Slice value) {
    byte[] bytes = new byte[value.length()];
    System.arraycopy(value.bytes(), value.offset(), bytes, 0, bytes.length);
    return Json.read(bytes) instanceof Json.Value(JsonNode tree)
        ? tree
        : JsonNodeFactory.instance.missingNode(); // which it cannot be: the whole was read
  }

  private static @Nullable Slice decoded(JsonNode encoded, CloudEventAttributes attributes) {
    if (!encoded.isString()) {
      attributes.fault("data_base64", "type", "must be a string");
      return null;
    }
    try {
      byte[] data = Base64.getDecoder().decode(encoded.stringValue());
      Rejection syntax = EventEncoder.syntaxFault(data);
      if (syntax == null || syntax.code() != ErrorCode.INVALID_JSON) {
        return Slice.of(data);
      }
      attributes.fault("data_base64", "contentMediaType", "is no JSON: " + syntax.message());
    } catch (IllegalArgumentException e) {
      attributes.fault("data_base64", "contentEncoding", "is no base64");
    }
    return null;
  }

  private Reading read(CloudEventAttributes attributes, @Nullable Slice data) {
    attributes.check();
    if (!attributes.faults().isEmpty()) {
      return new Refused(refusal(attributes));
    }
    ByteArrayOutputStream envelope = new ByteArrayOutputStream(256);
    write(envelope, "{\"type\":" + quoted(type(attributes.text("type"))));
    if (data != null) {
      write(envelope, ",\"payload\":");
      envelope.write(data.bytes(), data.offset(), data.length());
    }
    member(envelope, "timestamp", attributes.textOrNull("time"));
    member(envelope, "correlation_id", attributes.textOrNull("correlationid"));
    member(envelope, "channel", attributes.textOrNull("channel"));
    write(envelope, "}");
    if (envelope.size() > WebSocketEvent.MAX_BYTES) {
      return new Refused(
          new Rejection(
              ErrorCode.MESSAGE_TOO_LARGE,
              "The event is larger than " + WebSocketEvent.MAX_BYTES + " bytes"));
    }
    return new Read(
        envelope.toByteArray(), idempotencyKey(attributes.text("source"), attributes.text("id")));
  }

  private static Rejection refusal(CloudEventAttributes attributes) {
    String sentence =
        attributes.faults().stream()
            .limit(MAX_FAULTS_SHOWN)
            .map(fault -> fault.path().substring(1) + ' ' + fault.message())
            .collect(Collectors.joining("; "));
    int more = attributes.faults().size() - MAX_FAULTS_SHOWN;
    return new Rejection(
        ErrorCode.INVALID_MESSAGE,
        "The CloudEvent is not well-formed: " + sentence + (more > 0 ? "; and more" : ""),
        attributes.faults().stream().limit(Rejection.MAX_ERRORS).toList());
  }

  /// The event type that is meant: what stands behind `tocsin.`, unless only the whole is a type of the catalog.
  private String type(String type) {
    if (!type.startsWith(TYPE_PREFIX)) {
      return type;
    }
    String bare = type.substring(TYPE_PREFIX.length());
    return catalog.find(bare).isEmpty() && catalog.find(type).isPresent() ? type : bare;
  }

  /// One key for each pair, which is short, and none that a producer would think of.
  private static String idempotencyKey(String source, String id) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      // A number before them, so that no two pairs come to the same text.
      sha256.update((source.length() + ":" + source + id).getBytes(StandardCharsets.UTF_8));
      return "cloudevent:"
          + Base64.getUrlEncoder().withoutPadding().encodeToString(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void member(ByteArrayOutputStream envelope, String name, @Nullable String text) {
    if (text != null) {
      write(envelope, ",\"" + name + "\":" + quoted(text));
    }
  }

  /// A text in JSON.
  static String quoted(String text) {
    boolean plain = text.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '"' && c != '\\');
    return plain ? '"' + text + '"' : Json.write(JsonNodeFactory.instance.stringNode(text));
  }

  private static void write(ByteArrayOutputStream envelope, String text) {
    envelope.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
