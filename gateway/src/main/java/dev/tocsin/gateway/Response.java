package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An answer over HTTP, not yet on its way.
///
/// @param contentType `null` when there is no body
/// @param body not to be changed
/// @param headers further headers
@SuppressWarnings("ArrayRecordComponent") // made once, written once, never compared
record Response(
    HttpResponseStatus status,
    @Nullable String contentType,
    byte[] body,
    Map<String, String> headers) {

  private static final String PROBLEM = "application/problem+json";
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  Response {
    headers = Map.copyOf(headers);
  }

  static Response json(HttpResponseStatus status, JsonNode body) {
    return json(status, Json.bytes(body));
  }

  static Response json(HttpResponseStatus status, byte[] body) {
    return new Response(status, "application/json", body, Map.of());
  }

  static Response empty(HttpResponseStatus status) {
    return new Response(status, null, new byte[0], Map.of());
  }

  /// A failure as RFC 9457 has it, with the status that belongs to its code.
  static Response problem(Rejection rejection) {
    return problem(rejection, Json.object());
  }

  static Response problem(ErrorCode code, String message) {
    return problem(new Rejection(code, message));
  }

  /// The same with further members.
  static Response problem(Rejection rejection, ObjectNode members) {
    return problem(status(rejection.code()), rejection, members);
  }

  /// The same where the status says more than the code.
  static Response problem(HttpResponseStatus status, Rejection rejection, ObjectNode members) {
    ObjectNode body =
        Json.object()
            .put("type", "about:blank")
            .put("title", status.reasonPhrase())
            .put("status", status.code())
            .put("detail", rejection.message())
            .put("error", rejection.code().wireName());
    ObjectNode details = Json.details(rejection);
    if (details != null) {
      body.set("details", details);
    }
    body.setAll(members);
    return new Response(status, PROBLEM, Json.bytes(body), Map.of());
  }

  Response with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new Response(status, contentType, body, more);
  }

  /// The answer as it goes to the socket.
  ///
  /// @param asked what it answers
  /// @param close whether it is the last on its connection
  FullHttpResponse toNetty(HttpRequest asked, GatewayContext context, boolean close) {
    boolean head = asked.method().equals(HttpMethod.HEAD);
    FullHttpResponse full =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    HttpHeaders fields = full.headers();
    if (contentType != null) {
      fields.set(HttpHeaderNames.CONTENT_TYPE, contentType);
      fields.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
      fields.set("X-Content-Type-Options", "nosniff");
    }
    if (!status.equals(HttpResponseStatus.NO_CONTENT)) {
      fields.setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    }
    fields.set(HttpHeaderNames.DATE, DATE.format(context.clock().instant()));
    if (context.browserRules().allowsForeignOrigins()) {
      fields.set(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
      String origin = context.browserRules().corsOrigin(asked.headers());
      if (origin != null) {
        fields.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      }
    }
    headers.forEach(fields::set);
    HttpUtil.setKeepAlive(fields, asked.protocolVersion(), !close);
    if (close) {
      fields.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return full;
  }

  private static HttpResponseStatus status(ErrorCode code) {
    return switch (code) {
      case INVALID_JSON,
          INVALID_MESSAGE,
          INVALID_QUERY,
          UNKNOWN_ACTION,
          INVALID_PATTERN,
          TOO_MANY_PATTERNS ->
          HttpResponseStatus.BAD_REQUEST;
      case FORBIDDEN -> HttpResponseStatus.FORBIDDEN;
      case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
      case METHOD_NOT_ALLOWED -> HttpResponseStatus.METHOD_NOT_ALLOWED;
      case REQUEST_TIMEOUT -> HttpResponseStatus.REQUEST_TIMEOUT;
      case IDEMPOTENCY_CONFLICT -> HttpResponseStatus.CONFLICT;
      case MESSAGE_TOO_LARGE -> HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
      case UNSUPPORTED_MEDIA_TYPE -> HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE;
      case INVALID_PAYLOAD, UNKNOWN_EVENT_TYPE, RESERVED_EVENT_TYPE ->
          HttpResponseStatus.UNPROCESSABLE_ENTITY;
      case UPGRADE_REQUIRED -> HttpResponseStatus.UPGRADE_REQUIRED;
      case RATE_LIMITED -> HttpResponseStatus.TOO_MANY_REQUESTS;
      case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
      case INTERNAL_ERROR -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
    };
  }
}
