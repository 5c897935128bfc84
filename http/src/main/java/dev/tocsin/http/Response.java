package dev.tocsin.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An answer over HTTP, not yet on its way.
///
/// @param contentType `null` when there is no body
/// @param body not to be changed
/// @param headers further headers
/// @param problem what the answer says is wrong; `null` when nothing is
@SuppressWarnings("ArrayRecordComponent") // made once, written once, never compared
public record Response(
    HttpResponseStatus status,
    @Nullable String contentType,
    byte[] body,
    Map<String, String> headers,
    @Nullable Problem problem) {

  private static final Logger LOG = LoggerFactory.getLogger(Response.class);
  private static final String PROBLEM = "application/problem+json";

  /// What each 401 has to have (RFC 9110, 15.5.2).
  private static final Map<String, String> CHALLENGE =
      Map.of(HttpHeaderNames.WWW_AUTHENTICATE.toString(), "Bearer");

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  public Response {
    headers = Map.copyOf(headers);
  }

  /// An answer that says nothing is wrong.
  public Response(
      HttpResponseStatus status,
      @Nullable String contentType,
      byte[] body,
      Map<String, String> headers) {
    this(status, contentType, body, headers, null);
  }

  /// An answer in JSON.
  public static Response json(HttpResponseStatus status, JsonNode body) {
    return json(status, Json.bytes(body));
  }

  /// The same, as bytes.
  public static Response json(HttpResponseStatus status, byte[] body) {
    return new Response(status, "application/json", body, Map.of());
  }

  /// An answer without a body.
  public static Response empty(HttpResponseStatus status) {
    return new Response(status, null, new byte[0], Map.of());
  }

  /// It is elsewhere.
  ///
  /// @param location a path
  public static Response redirect(String location) {
    return empty(HttpResponseStatus.FOUND).with(HttpHeaderNames.LOCATION.toString(), location);
  }

  /// A failure as RFC 9457 has it.
  public static Response problem(Problem problem) {
    return problem(problem, Json.object());
  }

  /// The same with further members. Whatever it repeats of what was sent, it repeats no credential.
  public static Response problem(Problem problem, ObjectNode members) {
    ObjectNode body =
        Json.object()
            .put("type", "about:blank")
            .put("title", problem.status().reasonPhrase())
            .put("status", problem.status().code())
            .put("detail", problem.message())
            .put("error", problem.code());
    if (problem.details() != null) {
      body.set("details", problem.details());
    }
    body.setAll(members);
    Map<String, String> headers =
        problem.status().equals(HttpResponseStatus.UNAUTHORIZED) ? CHALLENGE : Map.of();
    return new Response(
        problem.status(), PROBLEM, Secrets.masked(Json.bytes(body)), headers, problem);
  }

  /// The answer when the server itself is at fault, which is logged.
  public static Response fault(@Nullable Throwable failure) {
    LOG.atError().setCause(failure).log("request failed");
    return problem(Problem.internalError());
  }

  /// The same with one more header.
  public Response with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new Response(status, contentType, body, more, problem);
  }

  /// The answer as it goes to the socket.
  ///
  /// @param asked what it answers
  /// @param policy of its route
  /// @param close whether it is the last on its connection
  FullHttpResponse toNetty(
      HttpRequest asked, AnswerPolicy policy, HttpContext context, boolean close) {
    boolean head = asked.method().equals(HttpMethod.HEAD);
    FullHttpResponse full =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    HttpHeaders fields = full.headers();
    write(fields, asked, policy, context);
    if (hasLength() && !(head && isWithoutEnd())) {
      fields.setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    }
    HttpUtil.setKeepAlive(fields, asked.protocolVersion(), !close);
    if (close) {
      fields.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return full;
  }

  /// Whether it says how long its body is. Where nothing has changed, that would be the length of what is not sent.
  private boolean hasLength() {
    return !status.equals(HttpResponseStatus.NO_CONTENT)
        && !status.equals(HttpResponseStatus.NOT_MODIFIED);
  }

  /// Whether it is what an answer begins with that has no end: a type, and nothing of it yet.
  private boolean isWithoutEnd() {
    return contentType != null && body.length == 0;
  }

  /// What an answer begins with that has no end. It is the last on its connection.
  ///
  /// @param asked what it answers
  /// @param policy of its route
  HttpResponse streamHead(HttpRequest asked, AnswerPolicy policy, HttpContext context) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
    HttpHeaders fields = head.headers();
    write(fields, asked, policy, context);
    if (fields.contains(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN)) {
      // As with a WebSocket, whose page was named as well: what the browser adds, such as a proxy's
      // cookie, is sent.
      fields.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    if (StreamedConnection.takesChunks(asked)) {
      fields.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    fields.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return head;
  }

  private void write(
      HttpHeaders fields, HttpRequest asked, AnswerPolicy policy, HttpContext context) {
    if (contentType != null) {
      fields.set(HttpHeaderNames.CONTENT_TYPE, contentType);
    }
    // What says only what may be asked is kept by nobody; an answer without content may be.
    if (contentType != null || !asked.method().equals(HttpMethod.OPTIONS)) {
      policy.writeTo(fields);
    }
    fields.set(HttpHeaderNames.DATE, DATE.format(context.clock().instant()));
    headers.forEach(fields::set);
    if (context.browserRules().allowsForeignOrigins()) {
      fields.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
      String origin = context.browserRules().corsOrigin(asked.headers());
      if (origin != null) {
        fields.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if (!headers.isEmpty()) {
          // What an answer says in headers of its own is meant for the page.
          fields.set(
              HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS,
              headers.keySet().stream().sorted().collect(Collectors.joining(", ")));
        }
      }
    }
  }
}
