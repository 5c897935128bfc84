package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.hub.EventPattern;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The wish to turn an HTTP connection into a WebSocket (RFC 6455, section 4.2.1), judged.
sealed interface Upgrade {

  /// The wish is granted.
  ///
  /// @param acceptKey the value of `Sec-WebSocket-Accept`
  /// @param deflate how messages are compressed; `null` when they are not
  /// @param patterns what to subscribe to from the first byte; `null` to receive everything
  /// @param resume what was missed; `null` to begin with the next event
  record Accepted(
      String acceptKey,
      @Nullable PerMessageDeflate deflate,
      @Nullable List<EventPattern> patterns,
      ClientMessage.@Nullable Resume resume)
      implements Upgrade {}

  /// The wish is refused.
  record Refused(Response response) implements Upgrade {}

  /// Whether a request wants to be more than HTTP.
  static boolean isAsked(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
  }

  /// Judges a request for the socket's path.
  ///
  /// @param deflates whether the server compresses for those who want it
  static Upgrade of(HttpRequest request, QueryStringDecoder uri, boolean deflates) {
    HttpHeaders headers = request.headers();
    boolean version13 = "13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION));
    if (!isAsked(request) || !version13) {
      return new Refused(
          Response.problem(
                  ErrorCode.UPGRADE_REQUIRED,
                  "This path speaks WebSocket, version 13: the request has to ask for the upgrade")
              .with(HttpHeaderNames.UPGRADE.toString(), "websocket")
              .with(HttpHeaderNames.SEC_WEBSOCKET_VERSION.toString(), "13"));
    }
    String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (key == null || !isNonce(key)) {
      return refused(ErrorCode.INVALID_MESSAGE, "Sec-WebSocket-Key has to be 16 bytes in base64");
    }
    try {
      PerMessageDeflate agreed =
          PerMessageDeflate.agreed(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS));
      QueryParameters query = QueryParameters.of(uri);
      Long since = query.number("since", 0).orElse(null);
      ClientMessage.@Nullable Resume resume =
          since == null
              ? null
              : new ClientMessage.Resume(null, since, query.text("epoch").orElse(null));
      return new Accepted(acceptKey(key), deflates ? agreed : null, query.patterns(), resume);
    } catch (PerMessageDeflate.MalformedOfferException e) {
      return refused(ErrorCode.INVALID_MESSAGE, e.getMessage());
    } catch (QueryParameters.InvalidQueryException e) {
      return refused(ErrorCode.INVALID_QUERY, e.getMessage());
    }
  }

  private static Refused refused(ErrorCode code, @Nullable String message) {
    return new Refused(Response.problem(code, String.valueOf(message)));
  }

  private static boolean isNonce(String key) {
    try {
      // The length as well: Java also takes it without the padding.
      return key.length() == 24 && Base64.getDecoder().decode(key).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String acceptKey(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] text =
          (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(sha1.digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
