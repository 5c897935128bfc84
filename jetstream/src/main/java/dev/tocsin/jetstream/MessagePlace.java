package dev.tocsin.jetstream;

import org.jspecify.annotations.Nullable;

/// Where a message that a consumer delivers stands, which its reply subject says: `$JS.ACK.…`.
///
/// @param sequence its place in the stream
/// @param delivery its place among what the consumer has delivered, from 1
/// @param timeNanos when the stream took it, in nanoseconds since 1970
/// @param pending how many messages the consumer has yet to deliver
record MessagePlace(long sequence, long delivery, long timeNanos, long pending) {

  private static final String BEGIN = "$JS.ACK.";

  /// Tokens of a reply subject that names neither domain nor account, and the least of one that does.
  private static final int SHORT = 9;

  private static final int LONG = 11;

  /// Reads a reply subject; `null` when it is of another kind.
  static @Nullable MessagePlace of(@Nullable String reply) {
    if (reply == null || !reply.startsWith(BEGIN)) {
      return null;
    }
    int tokens = 1;
    for (int i = 0; i < reply.length(); i++) {
      if (reply.charAt(i) == '.') {
        tokens++;
      }
    }
    if (tokens != SHORT && tokens < LONG) {
      return null;
    }
    try {
      // $JS.ACK.[domain.account.]stream.consumer.deliveries.sequence.delivery.time.pending[.random]
      int at = after(reply, 0, tokens == SHORT ? 5 : 7);
      int end = end(reply, at);
      long sequence = Long.parseLong(reply, at, end, 10);
      at = end + 1;
      end = end(reply, at);
      long delivery = Long.parseLong(reply, at, end, 10);
      at = end + 1;
      end = end(reply, at);
      long time = Long.parseLong(reply, at, end, 10);
      at = end + 1;
      return new MessagePlace(
          sequence, delivery, time, Long.parseLong(reply, at, end(reply, at), 10));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static int after(String text, int from, int dots) {
    int at = from;
    for (int i = 0; i < dots; i++) {
      at = text.indexOf('.', at) + 1;
    }
    return at;
  }

  private static int end(String text, int from) {
    int dot = text.indexOf('.', from);
    return dot < 0 ? text.length() : dot;
  }
}
