package dev.tocsin.events.payload.gpu;

import dev.tocsin.events.Doc;
import dev.tocsin.events.Range;
import dev.tocsin.events.Timestamp;
import org.jspecify.annotations.Nullable;

/// New readings of the GPU; a reading that the driver did not give is absent.
public record GPUStatsUpdatedPayload(
    @Doc(value = "Share of the time in which the GPU was at work, in percent", example = "41.5")
        @Range(min = 0, max = 100)
        @Nullable Double utilization,
    @Doc(value = "GPU memory in use, in MiB", example = "8192") @Range(min = 0)
        @Nullable Long memoryUsed,
    @Doc(value = "GPU memory there is, in MiB", example = "24576") @Range(min = 0)
        @Nullable Long memoryTotal,
    @Doc(value = "Temperature of the GPU, in degrees Celsius", example = "63.0")
        @Nullable Double temperature,
    @Doc(value = "Frames that the models work through, per second", example = "27.5")
        @Range(min = 0)
        @Nullable Double inferenceFps,
    @Doc("When the readings were taken") Timestamp timestamp) {}
