package dev.tocsin.gateway;

/// How much a client may send as one message.
///
/// @param messageBytes the largest message, inflated if it comes compressed
/// @param fragments the frames of which one may consist, control frames between them not counted
record FrameLimits(int messageBytes, int fragments) {

  /// Those of the server.
  static final FrameLimits USUAL =
      new FrameLimits(Limits.MAX_MESSAGE_BYTES, Limits.MAX_MESSAGE_FRAGMENTS);
}
