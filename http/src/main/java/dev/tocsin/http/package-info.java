/// HTTP/1.1 over Netty: sockets, requests and answers, whatever is served.
///
/// Open [HttpServer] first. Every event loop has one [Connections] with its connections and its one timer,
/// and one [Service], which says what is served. A connection's pipeline, from the socket inwards:
///
/// | handler | |
/// | --- | --- |
/// | `TlsHandler`, [TlsDoor] | decrypt and encrypt, with what [Tls] has read; only on a port that speaks TLS |
/// | [Activity] | notes when bytes came, and how many |
/// | [RequestDecoder], `HttpResponseEncoder` | bytes to requests, answers to bytes |
/// | [HttpConnection] | one request at a time: its [Conversation] finds the [Route] in [Routes], which makes an [Exchange] |
///
/// No client takes the loop for itself: input is worked off in [Turns]. What a crowd of them may hold is a
/// [MemoryBudget], and outside the heap [SocketMemory]. What nobody else would catch ends in [Guard].
///
/// An exchange answers with a [Response], which may be a [Problem], or takes the connection over: then all
/// of these but TLS leave the pipeline ([HttpConnection#takeOver]). So does an answer that has no end, a
/// [StreamedConnection]. [Ends] is how connections end.
///
/// Nothing here knows an event. Everything but [HttpServer] and what is shared and immutable
/// ([HttpContext]) belongs to one event loop.
@NullMarked
package dev.tocsin.http;

import org.jspecify.annotations.NullMarked;
