package dev.tocsin.http;

import org.jspecify.annotations.Nullable;

/// The server could not start, for a reason that the user can do something about. The message is a
/// sentence for the user.
public final class StartFailedException extends Exception {

  private static final long serialVersionUID = 1;

  StartFailedException(String message) {
    super(message);
  }

  StartFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
