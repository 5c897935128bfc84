package dev.tocsin.websocket;

/// The close codes that a server has a use for whatever its messages mean (RFC 6455, section 7.4.1, and the
/// registry of codes).
public final class CloseCodes {

  /// The peer asked for the end.
  public static final int NORMAL = 1_000;

  /// The server is going away.
  public static final int GOING_AWAY = 1_001;

  /// A frame breaks the protocol.
  public static final int PROTOCOL_ERROR = 1_002;

  /// What stands for the end of a connection without a close frame; it is in none.
  public static final int BROKEN = 1_006;

  /// A text message is not UTF-8.
  public static final int INVALID_UTF8 = 1_007;

  /// A message is larger than it may be.
  public static final int MESSAGE_TOO_BIG = 1_009;

  /// The server met a fault of its own.
  public static final int INTERNAL_ERROR = 1_011;

  /// The server has not the means at the moment.
  public static final int TRY_AGAIN_LATER = 1_013;

  /// What is told of a close frame without a code.
  public static final int NONE = -1;

  private CloseCodes() {}

  /// Whether a close frame may carry a code.
  static boolean mayBeSent(int code) {
    return (code >= 1_000 && code <= 1_003)
        || (code >= 1_007 && code <= 1_014)
        || (code >= 3_000 && code <= 4_999);
  }
}
