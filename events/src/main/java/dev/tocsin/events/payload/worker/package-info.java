/// What the workers of the analysis pipeline tell: their lives, their faults and their recoveries.
///
/// A worker's life begins with [WorkerStartedPayload] and ends with [WorkerStoppedPayload]; the
/// other payloads tell what went wrong in between.
@NullMarked
package dev.tocsin.events.payload.worker;

import org.jspecify.annotations.NullMarked;
