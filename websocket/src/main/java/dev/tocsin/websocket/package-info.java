/// WebSocket: frames (RFC 6455) and their compression (RFC 7692), whatever the messages mean.
///
/// Open [FramedConnection] first: a connection that has shaken hands ([Handshake]). It is the only handler of
/// its pipeline. Bytes become messages in [FrameDecoder], which knows its text is UTF-8 ([Utf8]); what is sent
/// are [TextFrames] and [ControlFrames]. [Deflation] compresses and inflates for all connections of an event
/// loop.
///
/// [EchoServer] is what conformance suites are pointed at. Nothing here knows an event.
@NullMarked
package dev.tocsin.websocket;

import org.jspecify.annotations.NullMarked;
