package dev.tocsin.gateway;

import dev.tocsin.events.Rejection;
import io.netty.buffer.ByteBuf;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Cuts a stream of bytes into the texts of events, holding no more than one of the greatest length. They count from 1.
interface Splitter {

  /// Takes the texts.
  interface Consumer {

    /// Takes one.
    ///
    /// @param text of one event; `null` when it was longer than it may be
    void text(long number, byte @Nullable [] text);
  }

  /// Takes the next piece of the stream, or what was left of it.
  ///
  /// @param goesOn asked before each text; when it says no, the rest of the piece is left
  void split(ByteBuf piece, Consumer consumer, BooleanSupplier goesOn);

  /// How many bytes of a text that is not complete are held.
  int heldBytes();

  /// The stream has ended.
  void end(Consumer consumer);

  /// Why nothing after the last text counts: the stream is not what it should be; `null` when it is.
  default @Nullable Rejection fault() {
    return null;
  }
}
