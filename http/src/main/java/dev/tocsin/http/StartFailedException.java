package dev.tocsin.http;

import org.jspecify.annotations.Nullable;

/// The server could not start, for a reason that the user can do something about. The message is a
/// sentence for the user, with the option of the program that helps.
public final class StartFailedException extends Exception {

  private static final long serialVersionUID = 1;

  private final String sentence;

  StartFailedException(String message) {
    this(message, null);
  }

  StartFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
    this.sentence = message;
  }

  /// An address is not to be had.
  StartFailedException(String authority, ListenFault fault, @Nullable Throwable cause) {
    super("cannot listen on " + authority + ": " + fault.message(), cause);
    this.sentence = "cannot listen on " + authority + ": " + fault.sentence();
  }

  /// The message without the option, for whoever has said in another way where to listen.
  public String sentence() {
    return sentence;
  }
}
