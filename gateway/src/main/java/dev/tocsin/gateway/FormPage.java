package dev.tocsin.gateway;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Replay;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// A page of the log in the form of the one member that reads it. Belongs to the event loop.
final class FormPage implements Replay.Sink {

  private static final int INITIAL_BYTES = 1_024;

  private final Form form;
  private final PlainTypes plainTypes;
  private final ByteBufAllocator allocator;
  private @Nullable ByteBuf buffer;
  private int count;

  /// The places of those that are never compressed; `null` when there are none.
  private @Nullable BitSet exempt;

  /// An empty one.
  ///
  /// @param plainTypes the types of events that are never compressed
  FormPage(Form form, PlainTypes plainTypes, ByteBufAllocator allocator) {
    this.form = form;
    this.plainTypes = plainTypes;
    this.allocator = allocator;
  }

  private ByteBuf buffer() {
    ByteBuf present = buffer;
    if (present == null) {
      present = allocator.buffer(INITIAL_BYTES);
      buffer = present;
      form.begin(present);
    }
    return present;
  }

  @Override
  public void event(LoggedEvent event, long previous) {
    if (plainTypes.includes(event)) {
      BitSet places = exempt == null ? new BitSet() : exempt;
      places.set(count);
      exempt = places;
    }
    count++;
    form.event(buffer(), event, previous);
  }

  @Override
  public void gap(long from, long to) {
    count++;
    form.gap(buffer(), from, to);
  }

  /// The page as it goes on the wire; `null` when there is nothing in it. It is the caller's from then on.
  @Nullable ByteBuf finish() {
    ByteBuf written = buffer;
    buffer = null;
    return written == null ? null : form.finish(written, this::isCompressible, allocator);
  }

  private boolean isCompressible(int place) {
    return exempt == null || !exempt.get(place);
  }

  /// Throws it away.
  void discard() {
    if (buffer != null) {
      buffer.release();
      buffer = null;
    }
  }
}
