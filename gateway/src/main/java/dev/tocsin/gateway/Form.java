package dev.tocsin.gateway;

import dev.tocsin.http.Chunks;
import dev.tocsin.hub.Batch;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.websocket.FrameDeflater;
import dev.tocsin.websocket.TextFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// A way in which events, and what the server says among them, are put on the wire. A loop has one object for each form
/// ([Forms]), so that all its members that take the same share what is encoded ([EncodedBatch]). Belongs to the event loop.
///
/// What is encoded one by one, for a member that lags, is a [FormPage]: [#begin], any number of events and gaps, [#finish].
/// It has to be the same to the byte as what the others get, but for where the pieces of a transfer begin.
sealed interface Form {

  /// Makes room for what precedes the first event of a page.
  void begin(ByteBuf page);

  /// Adds an event.
  void event(ByteBuf page, LoggedEvent event, long previous);

  /// Adds that events are gone which the page should have had.
  void gap(ByteBuf page, long from, long to);

  /// The page as it goes on the wire.
  ///
  /// @param page released here, or returned
  /// @param compressible which of the page's events and gaps may be compressed, by their place
  ByteBuf finish(ByteBuf page, IntPredicate compressible, ByteBufAllocator allocator);

  /// How much JSON a page may be.
  ///
  /// @param share what there is room for, in bytes
  default int pageBytes(int share) {
    return share;
  }

  /// WebSocket text frames, one for each event.
  ///
  /// @param json how each is written
  record Plain(EventJson json) implements Form {

    ByteBuf encode(Batch batch, ByteBufAllocator allocator) {
      int[] bytes = {0};
      batch.forEach((event, previous) -> bytes[0] += EventFrame.length(json, event, previous));
      ByteBuf frames = allocator.directBuffer(bytes[0]);
      try {
        batch.forEach((event, previous) -> EventFrame.write(frames, json, event, previous));
        return frames;
      } catch (RuntimeException | Error e) {
        frames.release();
        throw e;
      }
    }

    @Override
    public void begin(ByteBuf page) {}

    @Override
    public void event(ByteBuf page, LoggedEvent event, long previous) {
      EventFrame.write(page, json, event, previous);
    }

    @Override
    public void gap(ByteBuf page, long from, long to) {
      byte[] message = ServerMessages.gap(from, to);
      TextFrames.writeHeader(page, message.length);
      page.writeBytes(message);
    }

    @Override
    public ByteBuf finish(ByteBuf page, IntPredicate compressible, ByteBufAllocator allocator) {
      return page;
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
      return deflater.deflate(
          allocator, frames, windowBits, place -> !exempt.includes(events.get(place)));
    }

    @Override
    public void begin(ByteBuf page) {}

    @Override
    public void event(ByteBuf page, LoggedEvent event, long previous) {
      plain.event(page, event, previous);
    }

    @Override
    public void gap(ByteBuf page, long from, long to) {
      plain.gap(page, from, to);
    }

    @Override
    public ByteBuf finish(ByteBuf page, IntPredicate compressible, ByteBufAllocator allocator) {
      try {
        return deflater.deflate(allocator, page, windowBits, compressible);
      } finally {
        page.release();
      }
    }

    @Override
    public int pageBytes(int share) {
      return Math.min(share, Limits.MAX_DEFLATED_PAGE_BYTES);
    }
  }

  /// A part of an answer over HTTP that has no end.
  ///
  /// @param text how events stand in it
  /// @param chunked whether it comes in chunks, as HTTP/1.1 has it, each batch in one; otherwise the end of the connection is
  ///     its end
  record Streamed(StreamText text, boolean chunked) implements Form {

    private static final int PART_BYTES = 256;

    ByteBuf encode(Batch batch, ByteBufAllocator allocator) {
      int[] bytes = {chunked ? Chunks.FRAME_BYTES : 0};
      batch.forEach((event, previous) -> bytes[0] += text.length(event, previous));
      ByteBuf encoded = allocator.directBuffer(bytes[0]);
      try {
        begin(encoded);
        batch.forEach((event, previous) -> text.event(encoded, event, previous));
        end(encoded);
        return encoded;
      } catch (RuntimeException | Error e) {
        encoded.release();
        throw e;
      }
    }

    /// Something that the server says to one client; `null` when nothing was written.
    @Nullable ByteBuf part(Consumer<ByteBuf> writer, ByteBufAllocator allocator) {
      ByteBuf part = allocator.buffer(PART_BYTES);
      try {
        begin(part);
        int begun = part.writerIndex();
        writer.accept(part);
        if (part.writerIndex() == begun) {
          part.release();
          return null;
        }
        end(part);
        return part;
      } catch (RuntimeException | Error e) {
        part.release();
        throw e;
      }
    }

    @Override
    public void begin(ByteBuf page) {
      if (chunked) {
        Chunks.begin(page);
      }
    }

    @Override
    public void event(ByteBuf page, LoggedEvent event, long previous) {
      text.event(page, event, previous);
    }

    @Override
    public void gap(ByteBuf page, long from, long to) {
      text.message(page, ServerMessages.gap(from, to), to);
    }

    @Override
    public ByteBuf finish(ByteBuf page, IntPredicate compressible, ByteBufAllocator allocator) {
      try {
        end(page);
        return page;
      } catch (RuntimeException | Error e) {
        page.release();
        throw e;
      }
    }

    private void end(ByteBuf page) {
      if (chunked) {
        Chunks.end(page);
      }
    }
  }
}
