package dev.tocsin.gateway;

import dev.tocsin.hub.Batch;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.websocket.FrameDeflater;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.function.IntPredicate;

/// A way in which events are put on the wire. A loop has one object for each form, so that all its members that take
/// the same share what is encoded ([EncodedBatch]). Belongs to the event loop.
sealed interface Form {

  /// WebSocket text frames, one for each event.
  record Plain() implements Form {

    ByteBuf encode(Batch batch, ByteBufAllocator allocator) {
      int[] bytes = {0};
      batch.forEach((event, previous) -> bytes[0] += EventFrame.length(event, previous));
      ByteBuf frames = allocator.directBuffer(bytes[0]);
      try {
        batch.forEach((event, previous) -> EventFrame.write(frames, event, previous));
        return frames;
      } catch (RuntimeException | Error e) {
        frames.release();
        throw e;
      }
    }
  }

  /// The same frames, compressed, but for those of some event types.
  ///
  /// @param windowBits the size of the window, as a power of two
  /// @param exempt the types whose frames stay as they are
  record Deflated(Plain plain, FrameDeflater deflater, int windowBits, PlainTypes exempt)
      implements Form {

    /// @param frames those of the batch
    ByteBuf encode(Batch batch, ByteBuf frames, ByteBufAllocator allocator) {
      if (exempt.isEmpty()) {
        return deflater.deflate(allocator, frames, windowBits);
      }
      List<LoggedEvent> events = batch.events();
      return encode(frames, place -> !exempt.includes(events.get(place)), allocator);
    }

    /// @param compressible which frames are of none of the exempt types, by their place
    ByteBuf encode(ByteBuf frames, IntPredicate compressible, ByteBufAllocator allocator) {
      return deflater.deflate(allocator, frames, windowBits, compressible);
    }
  }
}
