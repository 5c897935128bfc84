package dev.tocsin.http;

import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Why an address is not to be had, for a person: in the same words whichever transport said so in its own.
///
/// @param sentence what is wrong
/// @param option of the program, which picks another; `null` when none helps
/// @param isTaken whether somebody listens there already
record ListenFault(String sentence, @Nullable String option, boolean isTaken) {

  private ListenFault(String sentence, @Nullable String option) {
    this(sentence, option, false);
  }

  static ListenFault of(@Nullable Throwable cause) {
    if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
      return new ListenFault("no such host", null);
    }
    String message = String.valueOf(cause == null ? null : cause.getMessage());
    String lowerCased = message.toLowerCase(Locale.ROOT);
    if (lowerCased.contains("in use")) {
      return new ListenFault(
          "the address is in use; is a server running there already?", "--port", true);
    }
    if (lowerCased.contains("permission denied") || lowerCased.contains("not permitted")) {
      return new ListenFault(
          "this user may not; ports below 1024 often need a privilege", "--port");
    }
    if (lowerCased.contains("invalid argument")) {
      return new ListenFault("that is no address of one network card of this machine", "--host");
    }
    if (lowerCased.contains("cannot assign") || lowerCased.contains("can't assign")) {
      return new ListenFault("no interface of this machine has that address", "--host");
    }
    return new ListenFault(message, null);
  }

  /// The sentence with the option.
  String message() {
    return option == null ? sentence : sentence + " (" + option + " picks another)";
  }
}
