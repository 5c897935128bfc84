/// What alerts tell: a rule matched, and what people did about it since.
///
/// [AlertCreatedPayload] opens an alert's life; the other payloads refer to it by its `id`.
@NullMarked
package dev.tocsin.events.payload.alert;

import org.jspecify.annotations.NullMarked;
