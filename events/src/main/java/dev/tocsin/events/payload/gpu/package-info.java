/// What the GPU that runs the analysis tells: [GPUStatsUpdatedPayload].
@NullMarked
package dev.tocsin.events.payload.gpu;

import org.jspecify.annotations.NullMarked;
