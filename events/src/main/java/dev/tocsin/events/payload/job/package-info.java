/// What background jobs tell, from their start to the one way in which they end.
///
/// A job's life is [JobStartedPayload], any number of [JobProgressPayload] and then one of
/// [JobCompletedPayload], [JobFailedPayload] and [JobCancelledPayload].
@NullMarked
package dev.tocsin.events.payload.job;

import org.jspecify.annotations.NullMarked;
