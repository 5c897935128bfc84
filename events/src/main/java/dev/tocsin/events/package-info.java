/// What can be said: the event types, their payloads, the envelope, and the rules that decide
/// whether an event is valid.
///
/// Open [WebSocketEventType] first for the built-in types, then [EventCatalog] for the helpers
/// around them, [WebSocketEvent] for the envelope and [EventEncoder] for the one path by which
/// bytes become an event. [CatalogFolder] adds types from JSON Schemas; [ClientMessage] is what a
/// WebSocket client may say.
///
/// Underneath: a payload is checked by its [PayloadSchema], either a [RecordSchema], which is a tree
/// of [Shape]s, or a [DocumentSchema], which a [SchemaBundle] of files was compiled to. No threads,
/// no sockets, no storage here: everything is immutable or owned by its caller.
@NullMarked
package dev.tocsin.events;

import org.jspecify.annotations.NullMarked;
