package dev.tocsin.events;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Why a WebSocket is closed: the one catalogue of close codes.
///
/// 4400 to 4499 are final (do not come back as you are), 4500 to 4599 say come back. Each of those
/// is preceded by a `connection.error` event that carries [#wireName] and a sentence.
public enum CloseCode {
  /// The peer asked for the end.
  NORMAL(1000, false),
  /// The server is going away.
  GOING_AWAY(1001, true),
  /// A frame broke the WebSocket protocol.
  PROTOCOL_ERROR(1002, false),
  /// A binary message; the protocol is text.
  UNSUPPORTED_DATA(1003, false),
  /// A text message that is not UTF-8.
  INVALID_UTF8(1007, false),
  /// A message over 64 KiB.
  MESSAGE_TOO_BIG(1009, false),
  /// The server has not the memory for what this connection holds; come back later.
  TRY_AGAIN_LATER(1013, true),
  /// Nothing, or nothing good, was presented to say who the client is.
  UNAUTHENTICATED(4401, false),
  /// The client may not connect.
  FORBIDDEN(4403, false),
  /// What the client was known by has expired or was revoked.
  CREDENTIAL_ENDED(4410, false),
  /// The server met a fault of its own while serving this connection.
  INTERNAL_ERROR(4500, true),
  /// The client took not one byte of what was waiting for it, for a long time.
  SLOW_CONSUMER(4503, true),
  /// Nothing at all was heard from the client for 60 s.
  HEARTBEAT_TIMEOUT(4508, true),
  /// The log has begun a new epoch: the positions that the client knows mean nothing any more.
  EPOCH_CHANGED(4510, true),
  /// An operator has closed the connection; nothing is held against the client.
  CLOSED_BY_OPERATOR(4520, true),
  /// The principal or the address has as many connections as it may; come back later.
  TOO_MANY_CONNECTIONS(4529, true);

  private static final Map<Integer, CloseCode> BY_CODE =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(CloseCode::code, Function.identity()));

  private final int code;
  private final boolean retryable;
  private final String wireName = Ascii.lowerCase(name());

  CloseCode(int code, boolean retryable) {
    this.code = code;
    this.retryable = retryable;
  }

  /// The number in the close frame.
  public int code() {
    return code;
  }

  /// The name in the `connection.error` event that precedes a 44xx or 45xx close.
  public String wireName() {
    return wireName;
  }

  /// Whether a client should come back by itself.
  public boolean isRetryable() {
    return retryable;
  }

  /// The entry of a number; empty when it is none of this version.
  public static Optional<CloseCode> ofCode(int code) {
    return Optional.ofNullable(BY_CODE.get(code));
  }

  /// Whether a client that was closed with `code` should come back by itself: 44xx and the codes
  /// that blame the client say no; everything else, also a break without a close frame (1006), yes.
  public static boolean isRetryable(int code) {
    return ofCode(code).map(CloseCode::isRetryable).orElse(code < 4400 || code > 4499);
  }
}
