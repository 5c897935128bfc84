package dev.tocsin.load;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The opening handshake of a WebSocket (RFC 6455, section 4), or of an answer without an end, from the client's side.
///
/// All connections use the RFC's own sample key, whose answer is known: this is no client that has to
/// defend itself against a cache in between.
final class Handshake {

  /// Of an answer's head.
  static final int MAX_BYTES = 16 << 10;

  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  private Handshake() {}

  /// The request of a connection that receives.
  static byte[] request(LoadPlan plan, String target) {
    return plan.receiveBy() == ReceiveBy.WEBSOCKET
        ? request(plan, target, plan.deflate())
        : ("GET "
                + target
                + " HTTP/1.1\r\nHost: "
                + plan.authority()
                + "\r\n"
                + plan.entrance().header()
                + "Accept: "
                + plan.receiveBy().mediaType()
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
  }

  /// Why the answer is no stream in chunks, or `null` when it is.
  static @Nullable String streamFault(String answer) {
    String[] lines = answer.split("\r\n", -1);
    if (!lines[0].startsWith("HTTP/1.1 200")) {
      String body = answer.substring(Math.min(answer.length(), answer.indexOf("\r\n\r\n") + 4));
      return "the server refuses a stream: " + lines[0] + Refusals.after(body);
    }
    return header(lines, "transfer-encoding").equals("chunked")
        ? null
        : "the server does not answer in chunks";
  }

  /// The request for a WebSocket.
  ///
  /// @param deflate whether permessage-deflate is offered, without context takeover
  static byte[] request(LoadPlan plan, String target, boolean deflate) {
    return ("GET "
            + target
            + " HTTP/1.1\r\nHost: "
            + plan.authority()
            + "\r\n"
            + plan.entrance().header()
            + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
            + "\r\nSec-WebSocket-Key: "
            + KEY
            + (deflate
                ? "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover;"
                    + " client_no_context_takeover"
                : "")
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /// Where the head of the answer ends; -1 when it is not whole.
  static int end(byte[] bytes, int length) {
    for (int at = 3; at < length; at++) {
      if (bytes[at] == '\n' && bytes[at - 1] == '\r' && bytes[at - 2] == '\n') {
        return at + 1;
      }
    }
    return -1;
  }

  /// Why the answer is no consent, or `null` when it is.
  static @Nullable String fault(String answer, boolean deflate) {
    String[] lines = answer.split("\r\n", -1);
    if (!lines[0].startsWith("HTTP/1.1 101")) {
      String body = answer.substring(Math.min(answer.length(), answer.indexOf("\r\n\r\n") + 4));
      return "the server refuses a WebSocket: " + lines[0] + Refusals.after(body);
    }
    if (!ACCEPT.equals(header(lines, "sec-websocket-accept"))) {
      return "the server does not answer a WebSocket's handshake as RFC 6455 says";
    }
    String extensions = header(lines, "sec-websocket-extensions").toLowerCase(Locale.ROOT);
    if (deflate && !extensions.contains("permessage-deflate")) {
      return "the server does not compress (it declined permessage-deflate)";
    }
    if (deflate && !extensions.contains("server_no_context_takeover")) {
      return "the server compresses with context takeover, which this driver does not measure";
    }
    return null;
  }

  private static String header(String[] lines, String name) {
    for (String line : lines) {
      if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return "";
  }
}
