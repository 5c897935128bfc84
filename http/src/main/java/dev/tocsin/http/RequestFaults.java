package dev.tocsin.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is not the HTTP that is spoken here, whatever it asks for. The connection ends with it.
final class RequestFaults {

  private RequestFaults() {}

  /// What is wrong with a request before it is looked at, or `null`.
  static @Nullable Response of(HttpRequest head) {
    if (!isPlainBody(head.headers())) {
      return Response.problem(
          Problem.malformed(
              HttpResponseStatus.NOT_IMPLEMENTED,
              "Of transfer codings only chunked is understood here, alone and once"));
    }
    if (head.decoderResult().isFailure()) {
      return undecodable(head.decoderResult().cause());
    }
    if (head.protocolVersion().majorVersion() != 1) {
      return Response.problem(
          Problem.malformed(
              HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "This server speaks HTTP/1.1"));
    }
    if (!head.headers().getAll(HttpHeaderNames.EXPECT).stream()
        .allMatch(expected -> expected.strip().equalsIgnoreCase("100-continue"))) {
      return Response.problem(
          Problem.malformed(
              HttpResponseStatus.EXPECTATION_FAILED, "Expect can be 100-continue only"));
    }
    // A draft of WebSocket, for which Netty takes eight bytes after the headers for a body.
    return head.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)
        ? Response.problem(Problem.malformed("This WebSocket is older than RFC 6455"))
        : null;
  }

  /// Whether the body comes as it is, at most in chunks (RFC 9112, section 6.1).
  private static boolean isPlainBody(HttpHeaders headers) {
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return codings.isEmpty()
        || (codings.size() == 1 && codings.getFirst().strip().equalsIgnoreCase("chunked"));
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
