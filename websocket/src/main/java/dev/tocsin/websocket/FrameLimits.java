package dev.tocsin.websocket;

/// How much a client may send as one message.
///
/// @param messageBytes the largest message, inflated if it comes compressed
/// @param fragments the frames of which one may consist, control frames between them not counted
public record FrameLimits(int messageBytes, int fragments) {}
