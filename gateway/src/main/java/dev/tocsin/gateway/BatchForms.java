package dev.tocsin.gateway;

import dev.tocsin.websocket.FrameDeflater;
import dev.tocsin.websocket.FramedConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/// One batch of frames in every form in which someone wants it: as it is, and compressed once for each
/// size of window. Belongs to the event loop.
final class BatchForms implements AutoCloseable {

  private final ByteBuf plain;
  private final FrameDeflater deflater;
  private final ByteBufAllocator allocator;

  /// The compressed forms, each at the bits of its window.
  private @Nullable ByteBuf @Nullable [] deflated;

  /// @param plain the batch, which is released on close
  BatchForms(ByteBuf plain, FrameDeflater deflater, ByteBufAllocator allocator) {
    this.plain = plain;
    this.deflater = deflater;
    this.allocator = allocator;
  }

  /// The form for a connection, valid until close.
  ///
  /// @param windowBits see [FramedConnection#windowBits]
  ByteBuf of(int windowBits) {
    if (windowBits == FramedConnection.PLAIN) {
      return plain;
    }
    @Nullable ByteBuf[] forms = deflated;
    if (forms == null) {
      forms = new ByteBuf[16];
      deflated = forms;
    }
    ByteBuf form = forms[windowBits];
    if (form == null) {
      form = deflater.deflate(allocator, plain, windowBits);
      forms[windowBits] = form;
    }
    return form;
  }

  @Override
  public void close() {
    plain.release();
    if (deflated != null) {
      for (ByteBuf form : deflated) {
        if (form != null) {
          form.release();
        }
      }
    }
  }
}
