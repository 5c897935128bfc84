package dev.tocsin.client;

/// Texts that can be sent at all: half of a surrogate pair cannot be said in UTF-8, which is what a WebSocket carries.
///
/// The socket finds that out only when it has a message in hand, and breaks the connection. What waits in the outbox would then
/// break each one that follows. So what the application gives is looked at where it comes in.
final class Sendable {

  private Sendable() {}

  static boolean is(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isHighSurrogate(text.charAt(i))
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /// The text.
  ///
  /// @param what the text is, the subject of a sentence
  /// @throws IllegalArgumentException when it cannot be sent
  static String checked(String what, String text) {
    if (!is(text)) {
      throw new IllegalArgumentException(
          what + " holds half of a surrogate pair, which no UTF-8 can say");
    }
    return text;
  }
}
