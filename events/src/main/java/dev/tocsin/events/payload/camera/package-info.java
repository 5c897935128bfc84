/// What cameras tell: whether they stream, whether they are watched, and how they are set up.
///
/// [CameraStatusChangedPayload] carries both ends of a change; the other payloads each tell one
/// moment.
@NullMarked
package dev.tocsin.events.payload.camera;

import org.jspecify.annotations.NullMarked;
