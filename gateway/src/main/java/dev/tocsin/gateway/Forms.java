package dev.tocsin.gateway;

import dev.tocsin.websocket.Deflation;
import dev.tocsin.websocket.FramedConnection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The forms of an event loop, each of which is one object. Belongs to the event loop.
final class Forms {

  private final Deflation deflation;
  private final PlainTypes plainTypes;
  private final Form.Plain plain = new Form.Plain();

  /// The compressed forms, each at the bits of its window.
  private final @Nullable Form[] deflated = new @Nullable Form[16];

  private final OfStream serverSent;
  private final OfStream namedServerSent;
  private final OfStream lines;

  /// The two ways in which a text is transferred.
  private record OfStream(Form.Streamed chunked, Form.Streamed whole) {

    static OfStream of(StreamText text) {
      return new OfStream(new Form.Streamed(text, true), new Form.Streamed(text, false));
    }

    Form.Streamed form(boolean inChunks) {
      return inChunks ? chunked : whole;
    }
  }

  /// @param epoch tells that of what the loop's shard sends
  Forms(Deflation deflation, PlainTypes plainTypes, Supplier<String> epoch) {
    this.deflation = deflation;
    this.plainTypes = plainTypes;
    this.serverSent = OfStream.of(new StreamText.ServerSent(false, epoch));
    this.namedServerSent = OfStream.of(new StreamText.ServerSent(true, epoch));
    this.lines = OfStream.of(new StreamText.Lines());
  }

  /// That of a WebSocket.
  ///
  /// @param windowBits see [FramedConnection#windowBits]
  Form webSocket(int windowBits) {
    if (windowBits == FramedConnection.PLAIN) {
      return plain;
    }
    Form known = deflated[windowBits];
    if (known == null) {
      known = new Form.Deflated(plain, deflation.deflater(), windowBits, plainTypes);
      deflated[windowBits] = known;
    }
    return known;
  }

  /// That of server-sent events.
  ///
  /// @param named see [StreamText.ServerSent]
  /// @param chunked see [Form.Streamed]
  Form.Streamed serverSent(boolean named, boolean chunked) {
    return (named ? namedServerSent : serverSent).form(chunked);
  }

  /// That of lines of JSON.
  ///
  /// @param chunked see [Form.Streamed]
  Form.Streamed lines(boolean chunked) {
    return lines.form(chunked);
  }
}
