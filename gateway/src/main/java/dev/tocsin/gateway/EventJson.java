package dev.tocsin.gateway;

import dev.tocsin.describe.CloudEventWriter;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.hub.LoggedEvent;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How one event is written in JSON, whatever stands around it. Belongs to the event loop.
sealed interface EventJson {

  /// How many bytes it has.
  int length(LoggedEvent event, long previous);

  /// Writes it, with the white space that its producer has sent.
  void write(ByteBuf out, LoggedEvent event, long previous);

  /// Writes it in one line.
  void writeInOneLine(ByteBuf out, LoggedEvent event, long previous);

  /// An envelope.
  final class Envelope implements EventJson {

    @Override
    public int length(LoggedEvent event, long previous) {
      return DeliveredEnvelope.length(event, previous);
    }

    @Override
    public void write(ByteBuf out, LoggedEvent event, long previous) {
      DeliveredEnvelope.write(out, event, previous);
    }

    @Override
    public void writeInOneLine(ByteBuf out, LoggedEvent event, long previous) {
      DeliveredEnvelope.writeInOneLine(out, event, previous);
    }
  }

  /// A CloudEvent. The last one is kept: its length is asked for before it is written.
  final class Cloud implements EventJson {

    private final EventCatalog catalog;
    private final @Nullable String source;
    private final Supplier<String> epoch;
    private String known = "";
    private CloudEventWriter writer;
    private byte[] bytes = new byte[1024];
    private int size;
    private @Nullable LoggedEvent last;
    private long lastPrevious;

    /// @param source what it says where it comes from; `null` for what is usual
    /// @param epoch tells that of what is written
    Cloud(EventCatalog catalog, @Nullable String source, Supplier<String> epoch) {
      this.catalog = catalog;
      this.source = source;
      this.epoch = epoch;
      this.writer = new CloudEventWriter(catalog, known, source);
    }

    @Override
    public int length(LoggedEvent event, long previous) {
      render(event, previous);
      return size;
    }

    @Override
    public void write(ByteBuf out, LoggedEvent event, long previous) {
      render(event, previous);
      out.writeBytes(bytes, 0, size);
    }

    @Override
    public void writeInOneLine(ByteBuf out, LoggedEvent event, long previous) {
      int begin = out.writerIndex();
      write(out, event, previous);
      for (int i = 0; i < size; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r') {
          out.setByte(begin + i, ' ');
        }
      }
    }

    @SuppressWarnings("ReferenceEquality") // the very same, asked for twice
    private void render(LoggedEvent event, long previous) {
      String present = epoch.get();
      if (!present.equals(known)) {
        known = present;
        writer = new CloudEventWriter(catalog, present, source);
      } else if (event == last && previous == lastPrevious) {
        return;
      }
      // Not known again before it is whole.
      last = null;
      size = 0;
      if (previous == DeliveredEnvelope.INITIAL) {
        writer.writeInitial(event.event(), event.sequence(), this::append);
      } else {
        writer.write(event.event(), event.sequence(), previous, this::append);
      }
      last = event;
      lastPrevious = previous;
    }

    private void append(byte[] from, int offset, int length) {
      if (size + length > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(size + length, 2 * bytes.length));
      }
      System.arraycopy(from, offset, bytes, size, length);
      size += length;
    }
  }
}
