package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;

/// What is not the HTTP that is spoken here, whatever it asks for. The connection ends with it.
final class RequestFaults {

  private RequestFaults() {}

  /// What is wrong with a request before it is looked at, or `null`.
  static @Nullable Response of(HttpRequest head) {
    if (head.decoderResult().isFailure()) {
      return undecodable(head.decoderResult().cause());
    }
    if (head.protocolVersion().majorVersion() != 1) {
      return Response.problem(
          HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED,
          new Rejection(ErrorCode.INVALID_MESSAGE, "This server speaks HTTP/1.1"),
          Json.object());
    }
    // A draft of WebSocket, for which Netty takes eight bytes behind the headers for a body.
    return head.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)
        ? Response.problem(ErrorCode.INVALID_MESSAGE, "This WebSocket is older than RFC 6455")
        : null;
  }

  private static Response undecodable(@Nullable Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return Response.problem(
          HttpResponseStatus.REQUEST_URI_TOO_LONG,
          new Rejection(ErrorCode.INVALID_MESSAGE, "The request line is too long"),
          Json.object());
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Response.problem(
          HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
          new Rejection(ErrorCode.INVALID_MESSAGE, "The headers are too long"),
          Json.object());
    }
    return Response.problem(ErrorCode.INVALID_MESSAGE, "This is not an HTTP/1.1 request");
  }
}
