package dev.tocsin.app;

import dev.tocsin.client.Refusal;
import dev.tocsin.events.DeliveredEvent;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.WebSocketEvent;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the commands demand of JSON before they send it: exactly what the server demands, by the same code.
/// Everything else about an event is the server's to judge, which may know more types.
final class EventText {

  /// The longest event.
  static final int MAX_BYTES = WebSocketEvent.MAX_BYTES;

  /// The longest line that can be one: what a hub has added to an event is taken off before it is sent again.
  static final int MAX_LINE_BYTES = MAX_BYTES + 512;

  private static final EventCatalog CATALOG = EventCatalog.builtIn();

  private static final Pattern PLACE = Pattern.compile(" \\(line 1, column (\\d+)\\)$");

  private EventText() {}

  /// An event as short as it has to be to be sent, which may have come from a hub; `null` when it is too long.
  static byte @Nullable [] sendable(byte[] event) {
    byte[] shortened = DeliveredEvent.shortened(event, MAX_BYTES, CATALOG);
    return shortened.length > MAX_BYTES ? null : shortened;
  }

  /// The same as the server would say it.
  static Refusal refusal(Rejection rejection) {
    return new Refusal(rejection.code().wireName(), rejection.message(), rejection.errors());
  }

  /// What is said of a line that is longer than any event.
  static Rejection tooLong() {
    return new Rejection(
        ErrorCode.MESSAGE_TOO_LARGE, "The line is longer than " + MAX_BYTES + " bytes");
  }

  /// A place in the one line that was looked at, as a place in the file that it is a line of.
  ///
  /// @param message ends with ` (line 1, column 7)` where it names a place
  /// @return for instance `line 12, column 7: Not valid JSON`
  static String placed(long line, String message) {
    Matcher place = PLACE.matcher(message);
    return place.find()
        ? "line " + line + ", column " + place.group(1) + ": " + message.substring(0, place.start())
        : "line " + line + ": " + message;
  }
}
