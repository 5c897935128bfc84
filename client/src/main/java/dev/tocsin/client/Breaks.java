package dev.tocsin.client;

import java.io.EOFException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Why a connection broke, in words: what Java throws is named by its own parts, "closed output" for instance.
final class Breaks {

  private Breaks() {}

  /// A sentence's part for what was thrown while a connection was used.
  static String describe(Throwable thrown) {
    Throwable deepest = thrown;
    for (int depth = 0; depth < 10; depth++) {
      String known = known(deepest);
      if (known != null) {
        return known;
      }
      Throwable cause = deepest.getCause();
      if (cause == null) {
        break;
      }
      deepest = cause;
    }
    String message = deepest.getMessage();
    return message == null || message.isBlank() || isJavas(message)
        ? "the connection broke"
        : "the connection broke: " + message;
  }

  private static @Nullable String known(Throwable thrown) {
    String message =
        thrown.getMessage() == null ? "" : thrown.getMessage().toLowerCase(Locale.ROOT);
    if (message.contains("reset") || message.contains("broken pipe")) {
      return "the connection was reset";
    }
    if (message.contains("timed out")) {
      return "the network gave no answer in time";
    }
    if (message.contains("no route to host") || message.contains("unreachable")) {
      return "the network does not reach it";
    }
    if (thrown instanceof EOFException
        || message.contains("closed output")
        || message.contains("output closed")
        || message.contains("closed by peer")
        || message.contains("eof reached")
        || message.contains("received no bytes")
        || message.contains("channel closed")
        || message.contains("socket closed")) {
      return "the server has ended the connection";
    }
    return null;
  }

  /// Names of classes mean nothing to whoever reads it.
  private static boolean isJavas(String message) {
    return message.contains("Exception") || message.contains("java.");
  }
}
