package dev.tocsin.gateway;

import dev.tocsin.hub.Batch;
import dev.tocsin.websocket.FrameDeflater;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

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

  /// The same frames, compressed.
  ///
  /// @param windowBits the size of the window, as a power of two
  record Deflated(Plain plain, FrameDeflater deflater, int windowBits) implements Form {

    ByteBuf encode(ByteBuf frames, ByteBufAllocator allocator) {
      return deflater.deflate(allocator, frames, windowBits);
    }
  }
}
