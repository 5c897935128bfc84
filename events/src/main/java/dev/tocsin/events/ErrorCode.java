package dev.tocsin.events;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Why something was refused: the stable codes of the protocol, the same over WebSocket, over HTTP
/// and in the library.
///
/// The wire form is the constant in lower case. Each code says whether the same request can succeed
/// later ([#isRetryable]) or is wrong in itself.
public enum ErrorCode {
  INVALID_JSON(400, "The bytes are not the strict JSON that is asked for."),
  INVALID_MESSAGE(
      400,
      "The JSON is not an event or an action: a field of the envelope is wrong, missing or"
          + " unknown."),
  UNKNOWN_ACTION(400, "The action is none that the server knows."),
  INVALID_PATTERN(400, "A pattern is empty, too long, or has an unclosed [."),
  INVALID_FILTER(
      400,
      "A where is malformed, or names a field or a value that what it narrows can never have."),
  TOO_MANY_PATTERNS(400, "The connection would hold more patterns than it may."),
  UNKNOWN_EVENT_TYPE(422, "The type names no event type of this server's catalog."),
  RESERVED_EVENT_TYPE(422, "The type is one that only the server itself sends."),
  INVALID_PAYLOAD(
      422, "The payload does not fit the schema of its type; the details name every fault."),
  IDEMPOTENCY_CONFLICT(409, "The idempotency key was used before with another body."),
  UNAUTHENTICATED(401, "Nothing, or nothing good, was presented to say who asks."),
  FORBIDDEN(
      403, "Whoever asks may not do this; or the web page or the host name is not allowed here."),
  RATE_LIMITED(429, "Too many requests; come back later."),
  UNAVAILABLE(503, "The log cannot take events at the moment."),
  INVALID_QUERY(400, "HTTP: a parameter in the query is wrong."),
  NOT_FOUND(404, "HTTP: there is nothing at this path."),
  METHOD_NOT_ALLOWED(405, "HTTP: the path exists, the method does not."),
  MESSAGE_TOO_LARGE(413, "HTTP: one event, or one line, is larger than it may be."),
  UNSUPPORTED_MEDIA_TYPE(415, "HTTP: the body's media type is none that is understood here."),
  NOT_ACCEPTABLE(406, "HTTP: what is there is of no media type that the request's Accept admits."),
  UPGRADE_REQUIRED(426, "HTTP: the socket's path was asked for without a WebSocket upgrade."),
  REQUEST_TIMEOUT(408, "HTTP: the request did not arrive in time."),
  INTERNAL_ERROR(500, "The server met a fault of its own.");

  private static final Map<String, ErrorCode> BY_WIRE_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(ErrorCode::wireName, Function.identity()));

  private final String wireName = Ascii.lowerCase(name());
  private final int httpStatus;
  private final String meaning;

  ErrorCode(int httpStatus, String meaning) {
    this.httpStatus = httpStatus;
    this.meaning = meaning;
  }

  /// The code as it stands on the wire, for instance `invalid_json`.
  public String wireName() {
    return wireName;
  }

  /// The status of an answer over HTTP that is about this and nothing else.
  public int httpStatus() {
    return httpStatus;
  }

  /// What it means, in a sentence or two for a person.
  public String meaning() {
    return meaning;
  }

  /// Whether the same request may succeed later without being changed.
  public boolean isRetryable() {
    return switch (this) {
      case RATE_LIMITED, UNAVAILABLE, REQUEST_TIMEOUT, INTERNAL_ERROR -> true;
      case INVALID_JSON,
          INVALID_MESSAGE,
          UNKNOWN_ACTION,
          INVALID_PATTERN,
          INVALID_FILTER,
          TOO_MANY_PATTERNS,
          UNKNOWN_EVENT_TYPE,
          RESERVED_EVENT_TYPE,
          INVALID_PAYLOAD,
          IDEMPOTENCY_CONFLICT,
          UNAUTHENTICATED,
          FORBIDDEN,
          INVALID_QUERY,
          NOT_FOUND,
          METHOD_NOT_ALLOWED,
          MESSAGE_TOO_LARGE,
          UNSUPPORTED_MEDIA_TYPE,
          NOT_ACCEPTABLE,
          UPGRADE_REQUIRED ->
          false;
    };
  }

  /// The code of a wire name; empty when it is none of this version.
  public static Optional<ErrorCode> ofWireName(String wireName) {
    return Optional.ofNullable(BY_WIRE_NAME.get(wireName));
  }

  @Override
  public String toString() {
    return wireName;
  }
}
