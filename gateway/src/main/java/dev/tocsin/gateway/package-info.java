/// The network: one port, HTTP and WebSocket, over Netty.
///
/// Open [Gateway] first. Every event loop has one [Loop]: its shard of the hub, its connections, its
/// one timer. A connection's pipeline, from the socket inwards:
///
/// | handler | as HTTP | as WebSocket |
/// | --- | --- | --- |
/// | [Activity] | notes when bytes came | removed |
/// | `RequestDecoder`, `HttpResponseEncoder` | bytes to requests, answers to bytes | removed |
/// | [HttpConnection] | one request at a time: [Router] makes an [Exchange] of it | removed |
/// | [WebSocketConnection] | | all there is: frames in and out ([FramedConnection] with its [FrameDecoder]), actions, answers, heartbeat |
///
/// There are no business rules here: what is valid is asked of `events`, what happens of `hub`.
/// Everything but [Gateway] and what is shared and immutable ([GatewayContext]) belongs to one event
/// loop.
@NullMarked
package dev.tocsin.gateway;

import org.jspecify.annotations.NullMarked;
