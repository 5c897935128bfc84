package dev.tocsin.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Why a request is refused: a value, not an exception, because it is expected. [Response#problem] makes
/// the answer of it.
///
/// The codes of HTTP itself are made here; whoever serves something has codes of its own besides.
///
/// @param code the stable code, for instance `not_found`
/// @param message a sentence for a person, without any credential that it repeats
/// @param details more for a program; `null` when there is nothing more to say
public record Problem(
    HttpResponseStatus status, String code, String message, @Nullable ObjectNode details) {

  public Problem {
    message = Secrets.masked(message);
  }

  /// A problem without details.
  public Problem(HttpResponseStatus status, String code, String message) {
    this(status, code, message, null);
  }

  /// The request is not what it should be.
  public static Problem malformed(String message) {
    return malformed(HttpResponseStatus.BAD_REQUEST, message);
  }

  /// The same where a status says more.
  static Problem malformed(HttpResponseStatus status, String message) {
    return new Problem(status, "invalid_message", message);
  }

  /// The query or the path is not what it should be.
  public static Problem invalidQuery(String message) {
    return new Problem(HttpResponseStatus.BAD_REQUEST, "invalid_query", message);
  }

  /// The web page or the host name is not allowed here.
  public static Problem forbidden(String message) {
    return new Problem(HttpResponseStatus.FORBIDDEN, "forbidden", message);
  }

  /// It is not known who asks.
  public static Problem unauthenticated(String message) {
    return new Problem(HttpResponseStatus.UNAUTHORIZED, "unauthenticated", message);
  }

  /// The same request may be made again, but not so soon.
  public static Problem rateLimited(String message) {
    return new Problem(HttpResponseStatus.TOO_MANY_REQUESTS, "rate_limited", message);
  }

  /// There is nothing at this path.
  public static Problem notFound(String message) {
    return new Problem(HttpResponseStatus.NOT_FOUND, "not_found", message);
  }

  /// The path exists, the method does not.
  public static Problem methodNotAllowed(String message) {
    return new Problem(HttpResponseStatus.METHOD_NOT_ALLOWED, "method_not_allowed", message);
  }

  /// The request did not arrive in time.
  public static Problem timedOut(String message) {
    return new Problem(HttpResponseStatus.REQUEST_TIMEOUT, "request_timeout", message);
  }

  /// The body is larger than it may be.
  public static Problem tooLarge(String message) {
    return new Problem(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "message_too_large", message);
  }

  /// The body's media type is none that is understood here.
  public static Problem unsupportedMediaType(String message) {
    return new Problem(
        HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message);
  }

  /// What is here is of no media type that the client takes.
  public static Problem notAcceptable(String message) {
    return new Problem(HttpResponseStatus.NOT_ACCEPTABLE, "not_acceptable", message);
  }

  /// The path speaks another protocol.
  public static Problem upgradeRequired(String message) {
    return new Problem(HttpResponseStatus.UPGRADE_REQUIRED, "upgrade_required", message);
  }

  /// The same request may succeed later.
  public static Problem unavailable(String message) {
    return new Problem(HttpResponseStatus.SERVICE_UNAVAILABLE, "unavailable", message);
  }

  /// The server is at fault.
  public static Problem internalError() {
    return new Problem(
        HttpResponseStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        "The server met a fault of its own");
  }

  /// The server is stopping.
  public static Problem goingAway() {
    return unavailable("The server is going away");
  }
}
