/// What security events tell: the analysed and rated outcome of what cameras saw.
///
/// [EventCreatedPayload] opens an event's life; the other payloads refer to it by its `id`.
@NullMarked
package dev.tocsin.events.payload.event;

import org.jspecify.annotations.NullMarked;
