package dev.tocsin.client;

import dev.tocsin.events.WebSocketEvent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What an application is told by its [TocsinClient].
///
/// The methods are called one at a time, in the order in which things happened, on a thread of
/// the client's. A method may block: then nothing more is read from the server, which keeps the
/// rest in its log. Only one that blocks for a minute risks the connection. So no method should wait
/// for an answer of the server, such as that to a publish: the answer may come after events that are
/// not read while the method waits. What a method throws is told to [#onError], and with its stack
/// trace to the log or standard error; nothing else comes of it.
public interface ClientListener {

  /// The code of [#onError] for a message that the client cannot read.
  String MALFORMED = "malformed";

  /// The code of [#onError] for a method of the application's that has thrown something.
  String HANDLER_FAILED = "handler_failed";

  /// The connection is open, for the first time or again.
  ///
  /// @param position where the connection begins: everything above it that matches follows
  /// @param before the last position of the connection before this one; `null` the first time. If its
  ///     epoch is the same, what follows it is delivered now, and what the log no longer holds is
  ///     reported by [#onGap]. If it is another, nobody can say what was missed
  default void onConnected(Position position, @Nullable Position before) {}

  /// The server told how far it has come for this client: at the beginning of each connection, and with each heartbeat, also
  /// when no event matches for long. Whoever keeps a position of his own keeps this one.
  ///
  /// @param position everything up to it that matches has been delivered before this call
  /// @param newest the newest sequence of the log, as far as the server has told it
  default void onPosition(Position position, long newest) {}

  /// An event arrived.
  ///
  /// @param json the envelope as the server sent it
  default void onEvent(WebSocketEvent event, String json) {}

  /// An event of the past arrived, with which a subscription begins ([Beginning]). It has a `sequence` and no
  /// `previous`. Unless the application overrides this, it is an event like others.
  ///
  /// @param json the envelope as the server sent it
  default void onInitialEvent(WebSocketEvent event, String json) {
    onEvent(event, json);
  }

  /// A message arrived that this client cannot read. If it is an event, it counts as received once
  /// this method has been called: nobody else is told of it.
  ///
  /// @param sequence of the event; `null` when the message does not say so. Then the event is missing,
  ///     and [#onGap] tells that as soon as the next one shows it
  /// @param json the message as the server sent it, which may be no JSON at all
  /// @param fault what is wrong with it, a sentence for a person
  default void onUnreadable(@Nullable Long sequence, String json, String fault) {
    onError(
        MALFORMED,
        (sequence == null ? "A message" : "The event with sequence " + sequence)
            + " cannot be read: "
            + fault);
  }

  /// Events of this connection's patterns were missed, or may have been while there was no
  /// connection. All of them lie within these sequences, which other events may share.
  ///
  /// @param from the first sequence
  /// @param to the last sequence
  default void onGap(long from, long to) {}

  /// The connection is gone, or an attempt to get it back has failed.
  ///
  /// @param code the close code, see [dev.tocsin.events.CloseCode]; 1006 when there was no close
  ///     frame
  /// @param reason a sentence for a person
  /// @param retryIn when the next attempt is made; `null` when none is made by itself
  default void onDisconnected(int code, String reason, @Nullable Duration retryIn) {}

  /// The server complained about something that no method of the client waits for, or said something
  /// that cannot be read, or never was at the position where the client wanted to go on: then nobody
  /// can say what was missed. Or a method of the application's has failed. The connection stays open.
  ///
  /// Unless the application overrides this, it goes to the log, or to standard error where SLF4J has
  /// no provider.
  ///
  /// @param code the stable code, see [dev.tocsin.events.ErrorCode]; or [#MALFORMED],
  ///     [#HANDLER_FAILED] or `ahead`
  default void onError(String code, String message) {
    if (!code.equals(HANDLER_FAILED)) { // which is told there with its stack trace already
      LastResort.tell(code + ": " + message, null);
    }
  }
}
