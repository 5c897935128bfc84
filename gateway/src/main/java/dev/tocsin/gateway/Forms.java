package dev.tocsin.gateway;

import dev.tocsin.websocket.Deflation;
import dev.tocsin.websocket.FramedConnection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The forms of an event loop, each of which is one object. Belongs to the event loop.
final class Forms {

  private final OfJson envelopes;
  private final OfJson cloudEvents;

  /// The two ways in which a text is transferred.
  private record OfStream(Form.Streamed chunked, Form.Streamed whole) {

    static OfStream of(StreamText text) {
      return new OfStream(new Form.Streamed(text, true), new Form.Streamed(text, false));
    }

    Form.Streamed form(boolean inChunks) {
      return inChunks ? chunked : whole;
    }
  }

  /// Those that write events in the same way.
  private static final class OfJson {

    private final Deflation deflation;
    private final PlainTypes plainTypes;
    private final Form.Plain plain;

    /// The compressed forms, each at the bits of its window.
    private final @Nullable Form[] deflated = new @Nullable Form[16];

    private final OfStream serverSent;
    private final OfStream namedServerSent;
    private final OfStream lines;

    OfJson(EventJson json, Deflation deflation, PlainTypes plainTypes, Supplier<String> epoch) {
      this.deflation = deflation;
      this.plainTypes = plainTypes;
      this.plain = new Form.Plain(json);
      this.serverSent = OfStream.of(new StreamText.ServerSent(json, false, epoch));
      this.namedServerSent = OfStream.of(new StreamText.ServerSent(json, true, epoch));
      this.lines = OfStream.of(new StreamText.Lines(json));
    }

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
  }

  /// @param epoch tells that of what the loop's shard sends
  /// @param cloudEvents writes events as such
  Forms(
      Deflation deflation,
      PlainTypes plainTypes,
      Supplier<String> epoch,
      EventJson.Cloud cloudEvents) {
    this.envelopes = new OfJson(new EventJson.Envelope(), deflation, plainTypes, epoch);
    this.cloudEvents = new OfJson(cloudEvents, deflation, plainTypes, epoch);
  }

  private OfJson ofJson(boolean asCloudEvents) {
    return asCloudEvents ? cloudEvents : envelopes;
  }

  /// That of a WebSocket.
  ///
  /// @param windowBits see [FramedConnection#windowBits]
  Form webSocket(boolean asCloudEvents, int windowBits) {
    return ofJson(asCloudEvents).webSocket(windowBits);
  }

  /// That of server-sent events.
  ///
  /// @param named see [StreamText.ServerSent]
  /// @param chunked see [Form.Streamed]
  Form.Streamed serverSent(boolean asCloudEvents, boolean named, boolean chunked) {
    OfJson forms = ofJson(asCloudEvents);
    return (named ? forms.namedServerSent : forms.serverSent).form(chunked);
  }

  /// That of lines of JSON.
  ///
  /// @param chunked see [Form.Streamed]
  Form.Streamed lines(boolean asCloudEvents, boolean chunked) {
    return ofJson(asCloudEvents).lines.form(chunked);
  }
}
