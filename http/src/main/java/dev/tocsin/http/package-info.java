/// HTTP/1.1 over Netty: sockets, requests and answers, whatever is served.
///
/// Open [HttpServer] first. Every event loop has one [Connections] with its connections and its one timer,
/// and one [Service], which says what is served. A connection's pipeline, from the socket inwards:
///
/// | handler | |
/// | --- | --- |
/// | [Activity] | notes when bytes came |
/// | [RequestDecoder], `HttpResponseEncoder` | bytes to requests, answers to bytes |
/// | [HttpConnection] | one request at a time: the [Service] makes an [Exchange] of it |
///
/// An exchange answers with a [Response], which may be a [Problem], or takes the connection over: then all
/// of these leave the pipeline ([HttpConnection#takeOver]).
///
/// Nothing here knows an event. Everything but [HttpServer] and what is shared and immutable
/// ([HttpContext]) belongs to one event loop.
@NullMarked
package dev.tocsin.http;

import org.jspecify.annotations.NullMarked;
