package dev.tocsin.gateway;

import dev.tocsin.hub.LoggedEvent;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/// How events, and what the server says among them, stand in the text of an answer that has no end. Belongs to the event loop.
sealed interface StreamText {

  /// How many bytes an event takes.
  int length(LoggedEvent event, long previous);

  /// Writes an event.
  void event(ByteBuf out, LoggedEvent event, long previous);

  /// A position that is not to be told.
  long UNKNOWN = -1;

  /// Writes what greets the client, if anything does.
  ///
  /// @param payload that of `connection.established`
  /// @param position where the client stands; [#UNKNOWN] when it stands where it stood before
  /// @param retryMillis how long it is to wait before it comes back, whenever that is
  void established(ByteBuf out, byte[] payload, long position, int retryMillis);

  /// Writes a message of the server's own.
  ///
  /// @param json one object, in one line
  void message(ByteBuf out, byte[] json);

  /// The same where it moves the client on.
  ///
  /// @param position where the client stands from now on
  void message(ByteBuf out, byte[] json, long position);

  /// Whether the client is told of every resumption; otherwise of those that could not give everything.
  boolean tellsEveryResumption();

  /// Writes that the client is to come back.
  ///
  /// @param afterMillis when
  void reconnect(ByteBuf out, byte[] json, int afterMillis);

  /// Writes a sign of life.
  ///
  /// @param position where the client stands; [#UNKNOWN] when it stands where it stood before
  void pulse(ByteBuf out, long position);

  /// Server-sent events, as WHATWG's HTML has them (9.2.6). The id of each is where the log stands with it.
  final class ServerSent implements StreamText {

    private static final byte[] ID = ascii("id: ");
    private static final byte[] EVENT = ascii("event: ");
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] RETRY = ascii("retry: ");
    private static final byte[] ESTABLISHED = ascii("event: established\n");
    private static final byte[] CONTROL = ascii("event: control\n");

    private final EventJson json;
    private final boolean named;
    private final Supplier<String> epoch;
    private String known = "";
    private byte[] idPrefix = ID;

    /// @param json how each event is written
    /// @param named whether each event has its type as its name; otherwise `onmessage` gets them
    /// @param epoch tells that of what is written
    ServerSent(EventJson json, boolean named, Supplier<String> epoch) {
      this.json = json;
      this.named = named;
      this.epoch = epoch;
    }

    private byte[] idPrefix() {
      String present = epoch.get();
      if (!present.equals(known)) {
        known = present;
        idPrefix = ("id: " + present + ":").getBytes(StandardCharsets.UTF_8);
      }
      return idPrefix;
    }

    @Override
    public int length(LoggedEvent event, long previous) {
      int name = named ? EVENT.length + event.event().type().length() + 1 : 0;
      int id = idPrefix().length + DeliveredEnvelope.digits(event.sequence()) + 1;
      return id + name + DATA.length + json.length(event, previous) + 2;
    }

    /// Also one with which a subscription begins has an id: who loses the connection among them comes back after the last one
    /// that he got, and the others follow from there.
    @Override
    public void event(ByteBuf out, LoggedEvent event, long previous) {
      id(out, event.sequence());
      if (named) {
        out.writeBytes(EVENT);
        out.writeCharSequence(event.event().type(), StandardCharsets.UTF_8);
        out.writeByte('\n');
      }
      out.writeBytes(DATA);
      json.writeInOneLine(out, event, previous);
      out.writeByte('\n').writeByte('\n');
    }

    private void id(ByteBuf out, long position) {
      if (position != UNKNOWN) {
        out.writeBytes(idPrefix());
        DeliveredEnvelope.writeNumber(out, position);
        out.writeByte('\n');
      }
    }

    private static void data(ByteBuf out, byte[] json) {
      out.writeBytes(DATA).writeBytes(json).writeByte('\n').writeByte('\n');
    }

    private static void retry(ByteBuf out, int millis) {
      out.writeBytes(RETRY);
      DeliveredEnvelope.writeNumber(out, millis);
      out.writeByte('\n');
    }

    @Override
    public void established(ByteBuf out, byte[] payload, long position, int retryMillis) {
      out.writeBytes(ESTABLISHED);
      id(out, position);
      retry(out, retryMillis);
      data(out, payload);
    }

    @Override
    public void message(ByteBuf out, byte[] json) {
      message(out, json, UNKNOWN);
    }

    @Override
    public void message(ByteBuf out, byte[] json, long position) {
      out.writeBytes(CONTROL);
      id(out, position);
      data(out, json);
    }

    @Override
    public boolean tellsEveryResumption() {
      return true;
    }

    /// The browser waits by the last `retry`.
    @Override
    public void reconnect(ByteBuf out, byte[] json, int afterMillis) {
      out.writeBytes(CONTROL);
      retry(out, afterMillis);
      data(out, json);
    }

    /// A block without data is no event, but moves the browser's Last-Event-ID on.
    @Override
    public void pulse(ByteBuf out, long position) {
      if (position == UNKNOWN) {
        out.writeByte(':').writeByte('\n');
      }
      id(out, position);
      out.writeByte('\n');
    }

    private static byte[] ascii(String text) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }
  }

  /// Newline-delimited JSON: an event or a message a line.
  final class Lines implements StreamText {

    private final EventJson json;

    /// @param json how each event is written
    Lines(EventJson json) {
      this.json = json;
    }

    @Override
    public int length(LoggedEvent event, long previous) {
      return json.length(event, previous) + 1;
    }

    @Override
    public void event(ByteBuf out, LoggedEvent event, long previous) {
      json.writeInOneLine(out, event, previous);
      out.writeByte('\n');
    }

    @Override
    public void established(ByteBuf out, byte[] payload, long position, int retryMillis) {}

    @Override
    public void message(ByteBuf out, byte[] json) {
      out.writeBytes(json).writeByte('\n');
    }

    @Override
    public void message(ByteBuf out, byte[] json, long position) {
      message(out, json);
    }

    @Override
    public boolean tellsEveryResumption() {
      return false;
    }

    @Override
    public void reconnect(ByteBuf out, byte[] json, int afterMillis) {
      message(out, json);
    }

    @Override
    public void pulse(ByteBuf out, long position) {
      out.writeByte('\n');
    }
  }
}
