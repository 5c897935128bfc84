package dev.tocsin.websocket;

import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The wish to turn an HTTP connection into a WebSocket (RFC 6455, section 4.2.1), judged.
public sealed interface Handshake {

  /// The wish is granted.
  ///
  /// @param acceptKey the value of `Sec-WebSocket-Accept`
  /// @param protocol the subprotocol that is spoken; `null` for none
  /// @param deflate how messages are compressed; `null` when they are not
  record Accepted(String acceptKey, @Nullable String protocol, @Nullable PerMessageDeflate deflate)
      implements Handshake {

    /// Answers 101 and gives the connection to WebSocket.
    ///
    /// @param begin called when `successor` is in its place, before it is given bytes
    public void switchTo(HttpConnection from, FramedConnection successor, Runnable begin) {
      from.takeOver(answer(), successor, begin);
    }

    private FullHttpResponse answer() {
      FullHttpResponse switching =
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
      switching
          .headers()
          .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
          .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
          .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, acceptKey);
      if (protocol != null) {
        switching.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, protocol);
      }
      if (deflate != null) {
        switching.headers().set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, deflate.answer());
      }
      return switching;
    }
  }

  /// The wish is refused.
  record Refused(Response response) implements Handshake {}

  /// Judges a request for a path that speaks WebSocket without subprotocols.
  ///
  /// @param deflates whether the server compresses for those who want it
  static Handshake of(HttpRequest request, boolean deflates) {
    return of(request, deflates, null);
  }

  /// The same for a path that speaks a subprotocol with those who offer it. Other offers are passed over.
  ///
  /// @param protocol `null` for none
  static Handshake of(HttpRequest request, boolean deflates, @Nullable String protocol) {
    HttpHeaders headers = request.headers();
    if (headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION).size() > 1
        || headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY).size() > 1) {
      return refused("Sec-WebSocket-Key and Sec-WebSocket-Version may each be there once");
    }
    boolean version13 = "13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION));
    if (!HttpConnection.asksForUpgrade(request) || !version13) {
      return new Refused(
          Response.problem(
                  Problem.upgradeRequired(
                      "This path speaks WebSocket, version 13: the request has to ask for the"
                          + " upgrade"))
              .with(HttpHeaderNames.UPGRADE.toString(), "websocket")
              .with(HttpHeaderNames.SEC_WEBSOCKET_VERSION.toString(), "13"));
    }
    String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (key == null || !isNonce(key)) {
      return refused("Sec-WebSocket-Key has to be 16 bytes in base64");
    }
    try {
      PerMessageDeflate agreed =
          PerMessageDeflate.agreed(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS));
      String spoken = protocol != null && isOffered(protocol, headers) ? protocol : null;
      return new Accepted(acceptKey(key), spoken, deflates ? agreed : null);
    } catch (PerMessageDeflate.MalformedOfferException e) {
      return refused(String.valueOf(e.getMessage()));
    }
  }

  private static boolean isOffered(String protocol, HttpHeaders headers) {
    return headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
        .flatMap(list -> Arrays.stream(list.split(",", -1)))
        .anyMatch(offered -> offered.strip().equals(protocol));
  }

  private static Refused refused(String message) {
    return new Refused(Response.problem(Problem.malformed(message)));
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
