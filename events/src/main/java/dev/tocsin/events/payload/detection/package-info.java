/// What the detector tells: single objects in single frames.
///
/// [DetectionNewPayload] is one object; [DetectionBatchPayload] is several of them at once.
@NullMarked
package dev.tocsin.events.payload.detection;

import org.jspecify.annotations.NullMarked;
