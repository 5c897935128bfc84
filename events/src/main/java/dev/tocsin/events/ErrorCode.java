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
  /// The bytes are not the strict JSON that is asked for.
  INVALID_JSON,
  /// The JSON is not an event or an action: a field of the envelope is wrong, missing or unknown.
  INVALID_MESSAGE,
  /// The `action` is none that the server knows.
  UNKNOWN_ACTION,
  /// A pattern is empty, too long, or has an unclosed `[`.
  INVALID_PATTERN,
  /// A `where` is malformed, or names a field or a value that what it narrows can never have.
  INVALID_FILTER,
  /// The connection would hold more patterns than it may.
  TOO_MANY_PATTERNS,
  /// The `type` names no event type of this server's catalog.
  UNKNOWN_EVENT_TYPE,
  /// The `type` is one that only the server itself sends.
  RESERVED_EVENT_TYPE,
  /// The payload does not fit the schema of its type; the details name every fault.
  INVALID_PAYLOAD,
  /// The idempotency key was used before with another body.
  IDEMPOTENCY_CONFLICT,
  /// Nothing, or nothing good, was presented to say who asks.
  UNAUTHENTICATED,
  /// Whoever asks may not do this; or the web page or the host name is not allowed here.
  FORBIDDEN,
  /// Too many requests; come back later.
  RATE_LIMITED,
  /// The log cannot take events at the moment.
  UNAVAILABLE,
  /// HTTP: a parameter in the query is wrong.
  INVALID_QUERY,
  /// HTTP: there is nothing at this path.
  NOT_FOUND,
  /// HTTP: the path exists, the method does not.
  METHOD_NOT_ALLOWED,
  /// HTTP: one event, or one line, is larger than it may be.
  MESSAGE_TOO_LARGE,
  /// HTTP: the body's media type is none that is understood here.
  UNSUPPORTED_MEDIA_TYPE,
  /// HTTP: what is there is of no media type that the request's `Accept` admits.
  NOT_ACCEPTABLE,
  /// HTTP: the socket's path was asked for without a WebSocket upgrade.
  UPGRADE_REQUIRED,
  /// HTTP: the request did not arrive in time.
  REQUEST_TIMEOUT,
  /// The server met a fault of its own.
  INTERNAL_ERROR;

  private static final Map<String, ErrorCode> BY_WIRE_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(ErrorCode::wireName, Function.identity()));

  private final String wireName = Ascii.lowerCase(name());

  /// The code as it stands on the wire, for instance `invalid_json`.
  public String wireName() {
    return wireName;
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
