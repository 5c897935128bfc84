package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Rejection;
import dev.tocsin.http.Json;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the hub refuses, as HTTP says it.
final class Problems {

  private Problems() {}

  /// A refusal, with the status that belongs to its code.
  static Problem of(Rejection rejection) {
    return of(status(rejection.code()), rejection);
  }

  /// The same where the status says more than the code.
  static Problem of(HttpResponseStatus status, Rejection rejection) {
    return new Problem(
        status, rejection.code().wireName(), rejection.message(), details(rejection));
  }

  /// The `details` of a refusal, or `null` when there are none.
  static @Nullable ObjectNode details(Rejection rejection) {
    if (rejection.uncertain()) {
      return Json.object().put("uncertain", true);
    }
    if (rejection.retryMillis() != null) {
      return Json.object().put("retry_after_ms", rejection.retryMillis());
    }
    if (rejection.field() != null) {
      ObjectNode details = Json.object().put("field", rejection.field());
      return rejection.suggestion() == null
          ? details
          : details.put("suggestion", rejection.suggestion());
    }
    if (rejection.errors().isEmpty()) {
      return null;
    }
    ObjectNode details = Json.object();
    ArrayNode errors = details.putArray("errors");
    for (PayloadError error : rejection.errors()) {
      errors
          .addObject()
          .put("path", error.path())
          .put("code", error.code())
          .put("message", error.message());
    }
    return details;
  }

  /// The answer to a refusal.
  static Response response(Rejection rejection) {
    Response response = Response.problem(of(rejection));
    Long retryMillis = rejection.retryMillis();
    return retryMillis == null
        ? response
        : response.with("Retry-After", String.valueOf((retryMillis + 999) / 1_000));
  }

  private static HttpResponseStatus status(ErrorCode code) {
    return switch (code) {
      case INVALID_JSON,
          INVALID_MESSAGE,
          INVALID_QUERY,
          UNKNOWN_ACTION,
          INVALID_PATTERN,
          INVALID_FILTER,
          TOO_MANY_PATTERNS ->
          HttpResponseStatus.BAD_REQUEST;
      case UNAUTHENTICATED -> HttpResponseStatus.UNAUTHORIZED;
      case FORBIDDEN -> HttpResponseStatus.FORBIDDEN;
      case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
      case METHOD_NOT_ALLOWED -> HttpResponseStatus.METHOD_NOT_ALLOWED;
      case REQUEST_TIMEOUT -> HttpResponseStatus.REQUEST_TIMEOUT;
      case IDEMPOTENCY_CONFLICT -> HttpResponseStatus.CONFLICT;
      case MESSAGE_TOO_LARGE -> HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
      case UNSUPPORTED_MEDIA_TYPE -> HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE;
      case NOT_ACCEPTABLE -> HttpResponseStatus.NOT_ACCEPTABLE;
      case INVALID_PAYLOAD, UNKNOWN_EVENT_TYPE, RESERVED_EVENT_TYPE ->
          HttpResponseStatus.UNPROCESSABLE_ENTITY;
      case UPGRADE_REQUIRED -> HttpResponseStatus.UPGRADE_REQUIRED;
      case RATE_LIMITED -> HttpResponseStatus.TOO_MANY_REQUESTS;
      case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
      case INTERNAL_ERROR -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
    };
  }
}
