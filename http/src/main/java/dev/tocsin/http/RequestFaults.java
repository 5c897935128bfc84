package dev.tocsin.http;

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
          Problem.malformed(
              HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "This server speaks HTTP/1.1"));
    }
    // A draft of WebSocket, for which Netty takes eight bytes after the headers for a body.
    return head.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)
        ? Response.problem(Problem.malformed("This WebSocket is older than RFC 6455"))
        : null;
  }

  private static Response undecodable(@Nullable Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return Response.problem(
          Problem.malformed(
              HttpResponseStatus.REQUEST_URI_TOO_LONG, "The request line is too long"));
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Response.problem(
          Problem.malformed(
              HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too long"));
    }
    return Response.problem(Problem.malformed("This is not an HTTP/1.1 request"));
  }
}
